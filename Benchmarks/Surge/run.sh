#!/usr/bin/env bash
# The surge of a simulated day, hour by hour, beside a published one, and how much neighbouring places differ in both.
#
#   run.sh           prints tables
#   run.sh --rows    prints rows for scripts/bench
#
# Needs the recorded trips and pings and the published prices (see CONTRIBUTING.md); says so where they are absent.
# TRIPS, PINGS, HISTORY (trips of the days before) and FLEET choose another day or fleet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
data=${CABSTAND_DATA:-../shared/data}
trips=${TRIPS:-$data/sf_cabs/trips_2008-06-06_fri.csv.gz}
pings=${PINGS:-$data/sf_cabs/pings_2008-06-06_fri.csv.gz}
history=${HISTORY:-$data/sf_cabs/trips_history_2008-05-17_06-04.csv.gz}
published=$data/sf_uber_api_2016/UberPrice2016-04-18.csv.gz
for file in "$trips" "$pings" "$history" "$published"; do
  if [ ! -r "$file" ]; then
    echo "not measured: $file is absent"
    exit 0
  fi
done
[ -n "${CABSTAND:-}" ] || scripts/build >&2
cabstand=${CABSTAND:-.build/release/cabstand}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cabstand" simulate --trips "$trips" --pings "$pings" --history "$history" --fleet "${FLEET:-503}" --region sf=36.9,-123.2,38.6,-121.2 \
  --quiet --json --prices "$work/prices.csv" >"$work/report.json"
python3 Benchmarks/Surge/compare.py "$work/prices.csv" "$work/report.json" "$published" "$@"
