"""Writes FleetPy's example as files that `cabstand simulate --world road` reads.

    fleetpy_files.py FOLDER REQUESTS.csv.gz VEHICLES SEED OUT

FleetPy names places by nodes of its network, in metres of UTM zone 32 north; here they become degrees. Where its vehicles start is not
published: they start at nodes where somebody asks for a ride, drawn by the seed.
"""

import csv
import gzip
import math
import random
import sys

# The WGS 84 ellipsoid, and the zone's grid.
A, F, SCALE, EASTING, MERIDIAN = 6378137.0, 1 / 298.257223563, 0.9996, 500000.0, 9.0


def degrees(x, y):
    """Latitude and longitude of a place in UTM: the series of Kruger (1912) to the third order."""
    n = F / (2 - F)
    radius = A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    delta = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
    xi, eta = y / (SCALE * radius), (x - EASTING) / (SCALE * radius)
    north = xi - sum(b * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, b in enumerate(beta, 1))
    east = eta - sum(b * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, b in enumerate(beta, 1))
    chi = math.asin(math.sin(north) / math.cosh(east))
    latitude = chi + sum(d * math.sin(2 * j * chi) for j, d in enumerate(delta, 1))
    return math.degrees(latitude), MERIDIAN + math.degrees(math.atan2(math.sinh(east), math.cos(north)))


def table(path):
    with gzip.open(path, "rt", newline="") as file:
        yield from csv.DictReader(file)


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


folder, requests, vehicles, seed, out = sys.argv[1:]
nodes = list(table(f"{folder}/nodes.csv.gz"))
places = {int(row["node_index"]): degrees(float(row["pos_x"]), float(row["pos_y"])) for row in nodes}
write(
    f"{out}/nodes.csv", ["node_index", "lat", "lon", "is_stop_only"],
    [[row["node_index"], *(f"{v:.8f}" for v in places[int(row["node_index"])]), row["is_stop_only"]] for row in nodes])
with gzip.open(f"{folder}/edges.csv.gz", "rt") as source, open(f"{out}/edges.csv", "w") as target:
    target.write(source.read())
trips = [(int(row["rq_time"]), int(row["start"]), int(row["end"])) for row in table(requests)]
# Any moment will do, as the network's times hold all day.
write(
    f"{out}/trips.csv", ["pickup_t", "pu_lat", "pu_lon", "do_lat", "do_lon"],
    [[1_700_000_000 + t, *(f"{v:.8f}" for v in (*places[a], *places[b]))] for t, a, b in trips])
starts = random.Random(int(seed)).choices([start for _, start, _ in trips], k=int(vehicles))
write(f"{out}/fleet.csv", ["licence", "lat", "lon"], [[f"vehicle-{i}", f"{places[s][0]:.8f}", f"{places[s][1]:.8f}"] for i, s in enumerate(starts)])
