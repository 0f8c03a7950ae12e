#!/bin/sh
# Measures the fleet index in Redis beside redis-benchmark on the same server.
#   run.sh [drivers]
set -eu
cd "$(dirname "$0")"
swift build -c release >&2
exec .build/release/FleetBenchmark "$@"
