#!/usr/bin/env bash
# Sets up all that the tests need, then runs them: `bash scripts/test.sh`, with pytest's options if any.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 main.py --setup-test
exec .venv/bin/python -m pytest "$@"
