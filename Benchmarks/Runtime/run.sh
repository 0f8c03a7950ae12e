#!/bin/sh
# Measures what the runtime adds to one in-process event beside an async function call, a hop to an actor and a task.
#   run.sh           prints one line per measurement
#   run.sh --rows    prints rows for scripts/bench
#   run.sh --check   fails where an event costs heap allocations, or more instructions than it may; says nothing about time
# One core, so that events a second are those of one core. Swift's libraries are linked in, as in the image.
set -eu
cd "$(dirname "$0")"

# Instructions of an event, the bench's loop and the empty function included: fails beyond.
instruction_limit=4600

swift build -c release --static-swift-stdlib >&2
bench=.build/release/RuntimeBenchmark
one_core=
if command -v taskset >/dev/null 2>&1; then one_core="taskset -c 0"; fi
if [ "${1:-}" != --check ]; then exec $one_core "$bench" "$@"; fi

# Valgrind 3.19 stumbles over the compiler's debug information.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What counts instructions here: the processor itself, or Valgrind; nothing where neither does.
counter() {
  if perf stat -x, -e instructions:u true 2>&1 | grep -q '^[0-9]'; then
    echo perf
  elif command -v valgrind >/dev/null 2>&1 && strip --strip-debug -o "$scratch/bench" "$bench"; then
    echo valgrind
  fi
}

# count_instructions COUNTER EVENTS: the instructions of a run with so many events.
count_instructions() {
  case $1 in
  perf) $one_core perf stat -x, -e instructions:u "$bench" --events "$2" 2>&1 | sed -n 's/^\([0-9]*\),.*/\1/p' ;;
  valgrind)
    $one_core valgrind --tool=callgrind --callgrind-out-file=/dev/null "$scratch/bench" --events "$2" 2>&1 |
      sed -n 's/.*Collected : //p'
    ;;
  esac
}

# The start cancels out between two runs. The least of three: where the machine is busy, some events go to another thread.
check_instructions() {
  counter=$(counter)
  if [ -z "$counter" ]; then
    echo "skipped: instructions an event: neither the processor's counters nor Valgrind are to be had"
    return
  fi
  least=
  for _ in 1 2 3; do
    few=$(count_instructions "$counter" 2000)
    many=$(count_instructions "$counter" 12000)
    event=$(((many - few) / 10000))
    if [ -z "$least" ] || [ "$event" -lt "$least" ]; then least=$event; fi
  done
  echo "$least instructions an event by $counter, $instruction_limit at most"
  [ "$least" -le "$instruction_limit" ]
}

$one_core "$bench" --check
check_instructions
