#!/usr/bin/env bash
# Brings the Chinese of the window up to date: collects its texts from the sources into the .ts file, where new ones
# are marked as unfinished (edit the file, or open it in pyside6-linguist), then makes the .qm that the window loads.
# The sentences of errors are in camapp/ui/words/errors_zh.py. Run this after any change of either.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=.venv/bin
[ -x "$bin/pyside6-lupdate" ] || bin=$(dirname "$(command -v pyside6-lupdate)")
ts=resources/translations/camapp_zh_CN.ts

"$bin/pyside6-lupdate" -no-obsolete -locations none -source-language en -target-language zh_CN $(find camapp/ui -name "*.py" | sort) -ts "$ts"
"$bin/pyside6-lrelease" "$ts" -qm "${ts%.ts}.qm"
if grep -q 'type="unfinished"' "$ts"; then
  echo "$ts: $(grep -c 'type="unfinished"' "$ts") texts have no Chinese yet" >&2
  exit 1
fi
