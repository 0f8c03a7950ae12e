#!/usr/bin/env python3
"""Counts a fleet by zone from a file of recorded pings, and compares with what a server says.

    zone_recount.py PINGS.csv.gz http://127.0.0.1:8070

Independent of the server: latest position per cab from the file, cells by PyPI's h3 (`pip install h3`). Supply is compared for every
cell. Prints one JSON object; exits with 1 where a cell differs.
"""
import collections
import csv
import gzip
import json
import sys
import urllib.request

import h3


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    path, url = sys.argv[1:]
    latest = {}
    rows = 0
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            key = (int(row["t"]), float(row["lat"]), float(row["lon"]))
            if row["cab"] not in latest or key > latest[row["cab"]]:
                latest[row["cab"]] = key
    expected = collections.Counter(h3.latlng_to_cell(lat, lon, 8) for _, lat, lon in latest.values())
    with urllib.request.urlopen(f"{url}/v1/zones/load?resolution=8") as answer:
        features = json.load(answer)["features"]
    found = {f["properties"]["cell"]: f["properties"]["supply"] for f in features if f["properties"]["supply"]}
    differing = sorted(cell for cell in expected.keys() | found.keys() if expected.get(cell, 0) != found.get(cell, 0))
    print(json.dumps({
        "pings": rows, "cabs": len(latest), "cells": len(expected), "counted": sum(found.values()),
        "differing": [{"cell": c, "file": expected.get(c, 0), "server": found.get(c, 0)} for c in differing[:20]],
    }))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
