#!/usr/bin/env bash
# Settlements per second into a private PostgreSQL, beside pgbench writing as many rows per transaction into tables of the same shape
# on the same server, right before.
#
#   run.sh           prints text
#   run.sh --rows    prints rows for scripts/bench
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
swift build -c release >&2
exec .build/release/SettlementBenchmark "$@"
