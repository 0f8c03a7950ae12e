"""Compares the prices of a simulated day with published ones: how often which multiplier, and how far neighbours lie apart.

compare.py PRICES.csv REPORT.json PUBLISHED.csv.gz [--rows]

Ours are the zones (H3 resolution 8, middles 0.9 km apart) in which at least one ride was asked for in the window, a minute each.
Theirs are places on a grid of half a kilometre, each once, within four minutes of an afternoon; neighbours are places at most
1 km apart.
"""
import collections
import csv
import datetime
import gzip
import json
import math
import sys

BANDS = [(1.0, 1.0), (1.1, 1.2), (1.3, 1.5), (1.6, 1.9), (2.0, 9.9)]
UTC_OFFSET_HOURS = -7


def band_name(band):
    low, high = band
    return f"{low:.1f}" if low == high else f"{low:.1f} and more" if high > 9 else f"{low:.1f}-{high:.1f}"


def shares(multipliers):
    total = sum(multipliers.values()) or 1
    return [sum(n for m, n in multipliers.items() if low - 0.05 < m < high + 0.05) / total for low, high in BANDS]


def quantile(counter, share):
    passed, wanted = 0, share * sum(counter.values())
    for value in sorted(counter):
        passed += counter[value]
        if passed >= wanted:
            return value
    return 0.0


def mean(counter):
    return sum(value * n for value, n in counter.items()) / (sum(counter.values()) or 1)


class Prices:
    """Multipliers by zone and minute, and the same weighted by requests."""

    def __init__(self, path):
        self.zones, self.requests = collections.Counter(), collections.Counter()
        self.by_hour = collections.defaultdict(collections.Counter)
        self.requests_by_hour = collections.defaultdict(collections.Counter)
        self.highest_by_hour = collections.Counter()
        self.neighbors = collections.Counter()
        self.largest_step = 0.0
        last = {}
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                time, surge, requests = int(row["time"]), float(row["surge"]), int(row["requests"])
                hour = datetime.datetime.fromtimestamp(time + UTC_OFFSET_HOURS * 3600, datetime.UTC).hour
                self.neighbors[float(row["neighborDifference"])] += 1
                self.highest_by_hour[hour] = max(self.highest_by_hour[hour], surge)
                before = last.get(row["cell"])
                if before and before[0] == time - 60:
                    self.largest_step = max(self.largest_step, abs(surge - before[1]))
                last[row["cell"]] = (time, surge)
                if requests:
                    self.zones[surge] += 1
                    self.requests[surge] += requests
                    self.by_hour[hour][surge] += 1
                    self.requests_by_hour[hour][surge] += requests


def published(path, product):
    with gzip.open(path, "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["display_name"] == product]
    places = [(float(row["lat"]), float(row["lng"]), float(row["surge_multiplier"])) for row in rows]
    differences = collections.Counter()
    for index, (lat, lng, surge) in enumerate(places):
        near = [
            abs(surge - other)
            for position, (other_lat, other_lng, other) in enumerate(places)
            if position != index
            and 6_371_000 * math.hypot(
                math.radians(lat - other_lat), math.radians(lng - other_lng) * math.cos(math.radians(lat))) <= 1_000
        ]
        if near:
            differences[round(max(near), 1)] += 1
    return collections.Counter(surge for _, _, surge in places), differences


def percent(share):
    return f"{100 * share:.1f} %"


def main():
    prices = Prices(sys.argv[1])
    with open(sys.argv[2]) as file:
        report = json.load(file)
    theirs, their_differences = published(sys.argv[3], "uberX")
    if "--rows" in sys.argv:
        rows = [
            ("surge: zones at 1.0", percent(shares(prices.zones)[0]), percent(shares(theirs)[0])),
            ("surge: mean of zones", f"{mean(prices.zones):.2f}", f"{mean(theirs):.2f}"),
            ("surge: highest", f"{max(prices.zones):.1f}", f"{max(theirs):.1f}"),
            ("surge: neighbours, largest difference", f"{max(prices.neighbors):.1f}", f"{max(their_differences):.1f}"),
        ]
        for name, ours, other in rows:
            print(name, ours, "published uberX, 2016-04-18", other, sep="\t")
        return
    print(f"{report['requests']} requests, {report['drivers']} drivers, served {percent(report['served'] / report['requests'])}")
    print()
    names = " | ".join(band_name(band) for band in BANDS)
    print(f"| | {names} | mean | 90 % | highest |")
    print("| --- |" + " --- |" * (len(BANDS) + 3))

    def line(name, counter, highest=None):
        cells = " | ".join(percent(share) for share in shares(counter))
        top = max(counter) if highest is None else highest
        print(f"| {name} | {cells} | {mean(counter):.2f} | {quantile(counter, 0.9):.1f} | {top:.1f} |")

    for hour in sorted(prices.by_hour):
        line(f"{hour:02}:00", prices.by_hour[hour], prices.highest_by_hour[hour])
    line("the day, by zone and minute", prices.zones)
    line("the day, by request", prices.requests)
    line("published uberX, 17:12 to 17:16", theirs)
    print()
    print("| difference to the neighbour that differs most | none | up to 0.2 | 0.3 to 0.5 | more | largest |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, counter in [("ours", prices.neighbors), ("published uberX", their_differences)]:
        total = sum(counter.values())
        parts = [
            sum(n for value, n in counter.items() if low < value < high) / total
            for low, high in [(-1, 0.05), (0.05, 0.25), (0.25, 0.55), (0.55, 99)]
        ]
        print(f"| {name} | {' | '.join(percent(part) for part in parts)} | {max(counter):.1f} |")
    print()
    print(f"largest change of a zone from one minute to the next: {prices.largest_step:.1f}")


main()
