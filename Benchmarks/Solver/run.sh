#!/bin/sh
# Solves the same random cities with Cabstand, SciPy and OR-Tools, one after the other, and prints times and ratios.
#   run.sh [--json | --rows]
# PYTHON names an interpreter that has scipy and ortools; without one a virtual environment is made below .build.
set -eu
cd "$(dirname "$0")"
swift build -c release >&2
python=${PYTHON:-.build/venv/bin/python}
if [ -z "${PYTHON:-}" ] && [ ! -x "$python" ]; then
  python3 -m venv .build/venv
  .build/venv/bin/pip install --quiet scipy ortools >&2
fi
instances=$(mktemp -d)
trap 'rm -rf "$instances"' EXIT
.build/release/SolverBenchmark "$instances" > /dev/null
"$python" reference.py "$instances" "$@"
