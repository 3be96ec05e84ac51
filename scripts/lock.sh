#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml: every name, version and hash, for all systems, without any address.
# Versions stay as they are unless pyproject.toml forbids them; `bash scripts/lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv
options=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet
  --custom-compile-command "bash scripts/lock.sh" "$@")

"$uv" pip compile "${options[@]}" pyproject.toml -o requirements.lock
"$uv" pip compile "${options[@]}" pyproject.toml --group test -c requirements.lock -o requirements-test.lock
echo "uv" | "$uv" pip compile "${options[@]}" - -o requirements-setup.lock
