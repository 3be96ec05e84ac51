#!/usr/bin/env bash
# Sets up all that the tests need, then runs them: `bash scripts/test.sh`, with pytest's options if any. Up to
# four processes share the tests; `-n 0`: one alone, as a debugger needs it.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 main.py --setup-test
exec .venv/bin/python -m pytest --numprocesses auto --dist worksteal "$@"
