#!/usr/bin/env bash
# Throughput and latency of pings against connections, pings in a request, drivers and regions: one tab-separated table each.
#
#   curves.sh [connections] [batch] [drivers] [regions]      (default: all of them)
#
# SECONDS_EACH (2) is how long every point is measured, FORM (cbor) in which form. Beside every curve stands GEOADD of the same minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/Pings/library.sh
build
seconds=${SECONDS_EACH:-2}
form=${FORM:-cbor}
curves=("$@")
[ "$#" -gt 0 ] || curves=(connections batch drivers regions)

# Where the load generator's regions lie (see Fleet.corner(of:)).
region_options() {
  python3 - "$1" <<'EOF2'
import sys

print("--region sf=37.6,-122.6,37.9,-122.3")
for region in range(1, int(sys.argv[1])):
    south, west = 10 + (region // 10) * 2, 10 + (region % 10) * 2
    print(f"--region r{region}={south - 0.1:.1f},{west - 0.1:.1f},{south + 0.5:.1f},{west + 0.5:.1f}")
EOF2
}

point() { # point VALUE OPTIONS...: one row
  local value=$1
  shift
  flush
  load "$(port_of "$address")" --form "$form" --seconds "$seconds" --warm-up 1 "$@" |
    python3 -c 'import json, sys
d = json.load(sys.stdin); l = d["latencyMilliseconds"]
print(sys.argv[1], round(d["perSecond"]), l["p50"], l["p99"], l["max"], d["errors"], d["notNew"], sep="\t")' "$value"
}

head_of() { # head_of NAME WHAT
  printf '# %s; GEOADD in the same minute: %s/s\n' "$2" "$(geoadd)"
  printf '%s\tpings/s\tp50 ms\tp99 ms\tmax ms\terrors\tnot news\n' "$1"
  flush
}

start_server
for curve in "${curves[@]}"; do
  case $curve in
    connections)
      head_of connections "arrays of 100, 100,000 drivers"
      for n in 1 2 4 8 16 32 64 128 256 512 1000; do point "$n" --connections "$n" --drivers 100000; done
      head_of connections "single pings, 100,000 drivers"
      for n in 1 2 4 8 16 32 64 128 256 512 1000; do point "$n" --connections "$n" --batch 1 --drivers 100000; done
      ;;
    batch)
      head_of batch "32 connections, 100,000 drivers"
      for n in 1 2 5 10 20 50 100 200 500 1000; do point "$n" --batch "$n" --connections 32 --drivers 100000; done
      ;;
    drivers)
      head_of drivers "arrays of 100, 32 connections"
      for n in 1000 3000 10000 30000 100000 300000 1000000; do
        # Long enough that everybody is known before it counts.
        point "$n" --drivers "$n" --connections $((n < 10000 ? 4 : 32)) --warm-up $((1 + n / 60000))
      done
      ;;
    regions)
      stop_server
      sleep 1
      for n in 1 2 5 10 20 50 100; do
        mapfile -t options < <(region_options "$n" | tr ' ' '\n')
        rm -rf "$work/data"
        start_server 0 "${options[@]}"
        [ "$n" != 1 ] || head_of regions "arrays of 100, each of all regions in turn, 32 connections, 100,000 drivers"
        point "$n" --regions "$n" --connections 32 --drivers 100000
        stop_server
      done
      start_server
      ;;
    *)
      echo "curves.sh: no curve $curve" >&2
      exit 2
      ;;
  esac
  echo
done
