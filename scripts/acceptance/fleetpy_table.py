"""Prints our figures of FleetPy's example beside the published ones: fleetpy_table.py BENCHMARK.csv.gz OURS.json..."""

import csv
import gzip
import json
import statistics
import sys

with gzip.open(sys.argv[1], "rt", newline="") as file:
    rows = list(csv.reader(file))
published = {name: {row[0]: float(row[i]) for row in rows[1:] if row[i]} for i, name in enumerate(rows[0]) if name}
alike = {name: run for name, run in published.items() if run.get("number users", 0) >= 199 and run["% created offers"] > 99}
ours = []
for path in sys.argv[2:]:
    with open(path) as file:
        ours.append(json.load(file))


def figures(run):
    meters = run["distanceMeters"]
    return [
        100 * run["serviceRate"], run["waitSeconds"]["mean"], run["waitSeconds"]["median"], run["waitSeconds"]["p90"],
        sum(meters.values()) / 1000, 100 * run["emptyShare"]]


def theirs(run):
    keys = ["waiting time", "waiting time (median)", "waiting time (90% quantile)", "total vkm", "% empty vkm"]
    return [run["% created offers"], *(run[key] for key in keys)]


def line(name, values, shared):
    print(f"{name:<34}" + "".join(f"{value:>10.1f}" for value in values) + f"{shared:>10}")


print(f"{'':<34}" + "".join(f"{h:>10}" for h in ["served %", "wait s", "median", "90 %", "km", "empty %", "shared %"]))
ranked = sorted(alike.items(), key=lambda item: item[1]["waiting time"])
for name, run in ranked:
    line(name.removesuffix("_MoD_0"), theirs(run), f"{run['shared rides [%]']:.1f}")
line("median of these", [statistics.median(c) for c in zip(*(theirs(r) for r in alike.values()))], "")
for path, run in zip(sys.argv[2:], ours):
    line("cabstand, " + path.rsplit("/", 1)[-1].removesuffix(".json"), figures(run), "0.0")
line("cabstand, mean of the draws", [statistics.mean(column) for column in zip(*map(figures, ours))], "0.0")
