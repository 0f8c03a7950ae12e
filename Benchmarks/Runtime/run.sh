#!/bin/sh
# Measures what the runtime adds to one in-process event beside an async function call, a hop to an actor and a task.
#   run.sh           prints one line per measurement
#   run.sh --rows    prints rows for scripts/bench
#   run.sh --check   fails where an event costs heap allocations; says nothing about time
# One core, so that events a second are those of one core.
set -eu
cd "$(dirname "$0")"
swift build -c release >&2
if command -v taskset >/dev/null 2>&1; then exec taskset -c 0 .build/release/RuntimeBenchmark "$@"; fi
exec .build/release/RuntimeBenchmark "$@"
