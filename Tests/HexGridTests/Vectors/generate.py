#!/usr/bin/env python3
"""Writes the vector files of the HexGrid tests from h3-py, the Python binding of the reference library.

    python3 -m venv /tmp/h3 && /tmp/h3/bin/pip install h3 && /tmp/h3/bin/python generate.py

Every file is a sequence of little-endian records without padding, laid out as written below. Same version of h3, same
files: all randomness is seeded.
"""

import math
import os
import random
import struct

import h3
import h3.api.basic_int as h

HERE = os.path.dirname(os.path.abspath(__file__))
MASK = (1 << 64) - 1
random.seed(20240817)


class SplitMix:
    """The generator that the Swift tests use too, so that random positions need not be stored."""

    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self, low, high):
        return low + (self.next() >> 11) * 2.0**-53 * (high - low)


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)
    print(f"{name}: {len(data)} bytes")


def hash_of(cells):
    """FNV-1a over the eight bytes of each cell in ascending order."""
    value = 0xCBF29CE484222325
    for cell in sorted(cells):
        for byte in struct.pack("<Q", cell):
            value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def random_position():
    return math.degrees(math.asin(random.uniform(-1, 1))), random.uniform(-180, 180)


def random_cell(resolution):
    return h.latlng_to_cell(*random_position(), resolution)


PENTAGONS = {r: sorted(h.get_pentagons(r)) for r in range(16)}


def cell_near_pentagon(resolution, radius):
    """A random cell at most `radius` steps from a random pentagon."""
    return random.choice(sorted(h.grid_disk(random.choice(PENTAGONS[resolution]), radius)))


def random_positions():
    """cell u64 of 120,000 positions of SplitMix(2024): latitude, longitude; resolution = index % 16."""
    generator = SplitMix(2024)
    out = bytearray()
    for index in range(120_000):
        latitude = generator.uniform(-90, 90)
        longitude = generator.uniform(-180, 180)
        out += struct.pack("<Q", h.latlng_to_cell(latitude, longitude, index % 16))
    write("random-positions.bin", out)


def special_positions():
    """latitude f64, longitude f64, cell u64: poles, antimeridian, face centres, near edges and pentagons, out of range."""
    positions = []
    for resolution in range(16):
        for latitude in (-90.0, 90.0, 89.9999999, -89.9999999, 0.0, -0.0, 45.0):
            for longitude in (-180.0, 180.0, 179.9999999999, -179.9999999999, 0.0, -0.0, 90.0, -90.0, 12.3):
                positions.append((latitude, longitude, resolution))
        for _ in range(100):
            positions.append((random.uniform(-90, 90), random.choice((-180.0, 180.0, -179.99999999, 179.99999999)), resolution))
            positions.append((random.uniform(89.99, 90), random.uniform(-180, 180), resolution))
            positions.append((random.uniform(-400, 400), random.uniform(-1000, 1000), resolution))
        # Near the centres of the faces, where H3's arc cosine is inexact.
        for base in sorted(h.get_res0_cells()):
            center = h.cell_to_latlng(base)
            for distance in (0.0, 1e-9, 1e-6, 1e-3):
                positions.append((center[0] + distance, center[1] - distance, resolution))
        for pentagon in PENTAGONS[resolution]:
            latitude, longitude = h.cell_to_latlng(pentagon)
            size = 60.0 / math.sqrt(7) ** resolution
            for _ in range(12):
                offset = size * random.random() ** 3
                angle = random.uniform(0, 2 * math.pi)
                positions.append(
                    (
                        max(-90.0, min(90.0, latitude + offset * math.sin(angle))),
                        longitude + offset * math.cos(angle) / max(0.05, math.cos(math.radians(latitude))),
                        resolution,
                    )
                )
        # A thousandth to a billionth of an edge away from corners and edges, on either side.
        for _ in range(60):
            cell = random_cell(resolution) if random.random() < 0.7 else cell_near_pentagon(resolution, 2)
            center = h.cell_to_latlng(cell)
            boundary = h.cell_to_boundary(cell)
            corner = random.choice(boundary)
            following = boundary[(boundary.index(corner) + 1) % len(boundary)]
            if max(abs(corner[1] - center[1]), abs(following[1] - center[1])) > 90:
                continue
            t = random.random()
            edge = tuple(a + t * (b - a) for a, b in zip(corner, following))
            for target in (corner, edge):
                for nearness in (1e-3, 1e-6, 1e-9 if resolution < 12 else 1e-5):
                    for sign in (1, -1):
                        positions.append(
                            tuple(b + sign * nearness * (a - b) for a, b in zip(center, target)) + (resolution,)
                        )
    out = bytearray()
    for latitude, longitude, resolution in positions:
        out += struct.pack("<ddQ", latitude, longitude, h.latlng_to_cell(latitude, longitude, resolution))
    write("special-positions.bin", out)


def edge_positions():
    """latitude f64, longitude f64, cell u64: corners and centres as H3 computes them, where rounding alone decides."""
    out = bytearray()
    for resolution in range(16):
        cells = PENTAGONS[resolution] + [random_cell(resolution) for _ in range(60)]
        cells += [cell_near_pentagon(resolution, 3) for _ in range(15)]
        for cell in cells:
            for latitude, longitude in h.cell_to_boundary(cell) + (h.cell_to_latlng(cell),):
                out += struct.pack("<ddQ", latitude, longitude, h.latlng_to_cell(latitude, longitude, resolution))
    write("edge-positions.bin", out)


def outlines():
    """cell u64, centre f64 f64, corners u8, then f64 f64 each."""
    cells = sorted(h.get_res0_cells())
    for resolution in range(16):
        cells += PENTAGONS[resolution]
        cells += [random_cell(resolution) for _ in range(60)]
        cells += [cell_near_pentagon(resolution, 2) for _ in range(30)]
        # Cells along the icosahedron's edges: points between neighboring pentagons.
        wanted = 40
        while wanted:
            a, b = random.sample(PENTAGONS[0], 2)
            pa, pb = (h.cell_to_latlng(c) for c in (a, b))
            if h.great_circle_distance(pa, pb, unit="rads") > 1.2:
                continue
            va, vb = (vector(p) for p in (pa, pb))
            t = random.random()
            point = position([x * (1 - t) + y * t for x, y in zip(va, vb)])
            cells.append(h.latlng_to_cell(*point, resolution))
            wanted -= 1
    out = bytearray()
    for cell in cells:
        boundary = h.cell_to_boundary(cell)
        out += struct.pack("<QddB", cell, *h.cell_to_latlng(cell), len(boundary))
        for point in boundary:
            out += struct.pack("<dd", *point)
    write("outlines.bin", out)


def vector(point):
    latitude, longitude = (math.radians(x) for x in point)
    return math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)


def position(v):
    return math.degrees(math.atan2(v[2], math.hypot(v[0], v[1]))), math.degrees(math.atan2(v[1], v[0]))


def disks():
    """origin u64, radius u8, then for each distance 0...radius: count u32, hash u64 of the cells at that distance."""
    cases = []
    for cell in sorted(h.get_res0_cells()):
        cases += [(cell, 1), (cell, 3)]
    for resolution in range(16):
        for pentagon in PENTAGONS[resolution]:
            cases += [(pentagon, 1), (pentagon, 4)]
            cases += [(cell, 2) for cell in sorted(h.grid_disk(pentagon, 1))]
            cases.append((random.choice(sorted(h.grid_disk(pentagon, 4))), random.randint(1, 9)))
        for _ in range(60):
            cases.append((random_cell(resolution), random.randint(0, 8)))
        # From radius 12 on, H3's gridRing gives cells that are nearer when a ring of resolution 1 wraps the globe.
        for _ in range(3):
            cases.append((random_cell(resolution), 30 if resolution > 1 else 10))
    out = bytearray()
    for origin, radius in cases:
        out += struct.pack("<QB", origin, radius)
        seen = set()
        for distance in range(radius + 1):
            disk = set(h.grid_disk(origin, distance))
            ring = disk - seen
            assert ring == set(h.grid_ring(origin, distance)), (origin, distance)
            out += struct.pack("<IQ", len(ring), hash_of(ring))
            seen = disk
    write("disks.bin", out)


def distances():
    """a u64, b u64, steps i32, -1 where H3 reports an error."""
    pairs = []
    bases = sorted(h.get_res0_cells())
    pairs += [(random.choice(bases), random.choice(bases)) for _ in range(800)]
    for resolution in range(16):
        for _ in range(200):
            origin = random_cell(resolution)
            pairs.append((origin, random.choice(sorted(h.grid_disk(origin, random.randint(0, 12))))))
        for _ in range(150):
            a, b = cell_near_pentagon(resolution, 6), cell_near_pentagon(resolution, 6)
            pairs += [(a, b), (a, random.choice(sorted(h.grid_disk(a, 8))))]
        for _ in range(150):
            # Anywhere in the same or a neighboring base cell, pentagons more often.
            base = random.choice(bases) if random.random() < 0.5 else random.choice(PENTAGONS[0])
            other = random.choice(sorted(h.grid_disk(base, 1)))
            pairs.append((random_descendant(base, resolution), random_descendant(other, resolution)))
        for _ in range(10):
            pairs.append((random_cell(resolution), random_cell((resolution + 1) % 16)))
    out = bytearray()
    errors = 0
    for a, b in pairs:
        try:
            steps = h.grid_distance(a, b)
        except h3.H3BaseException:
            steps = -1
            errors += 1
        out += struct.pack("<QQi", a, b, steps)
    print(f"distances: {len(pairs)}, errors {errors}")
    write("distances.bin", out)


def random_descendant(cell, resolution):
    while h.get_resolution(cell) < resolution:
        cell = random.choice(sorted(h.cell_to_children(cell)))
    return cell


def families():
    """cell u64, resolution u8, then parent u64, or centre child u64, children u32 and their hash u64 when it is finer."""
    out = bytearray()
    for resolution in range(16):
        cells = PENTAGONS[resolution] + [random_cell(resolution) for _ in range(60)]
        for cell in cells:
            for other in range(16):
                if other <= resolution:
                    out += struct.pack("<QBQ", cell, other, h.cell_to_parent(cell, other))
                elif other <= resolution + 2 or (other == resolution + 3 and cell == cells[0]):
                    children = h.cell_to_children(cell, other)
                    out += struct.pack(
                        "<QBQIQ", cell, other, h.cell_to_center_child(cell, other), len(children), hash_of(children)
                    )
    write("families.bin", out)


def validity():
    """index u64, valid u8: random bits, and cells with a few bits changed."""
    out = bytearray()
    counts = [0, 0]
    for index in range(12_000):
        if index % 4 == 0:
            value = random.getrandbits(64)
        else:
            value = random_cell(random.randrange(16)) if index % 2 else cell_near_pentagon(random.randrange(16), 1)
            for _ in range(random.randint(0, 2)):
                value ^= 1 << random.randrange(64)
            if index % 4 == 3 and random.random() < 0.7:
                # A valid mode whatever else: the digits decide.
                shift = 3 * random.randrange(15)
                value = value & ~(7 << shift) | random.randrange(8) << shift
        valid = h.is_valid_cell(value)
        counts[valid] += 1
        out += struct.pack("<QB", value, valid)
    print(f"validity: invalid, valid {counts}")
    write("validity.bin", out)


def texts():
    """One line each: text, resolution, base cell, pentagon."""
    lines = []
    for resolution in range(16):
        for cell in PENTAGONS[resolution][:2] + [random_cell(resolution) for _ in range(8)]:
            lines.append(f"{h.int_to_str(cell)} {resolution} {h.get_base_cell_number(cell)} {int(h.is_pentagon(cell))}\n")
    write("texts.txt", "".join(lines).encode())


if __name__ == "__main__":
    print(h3.versions())
    random_positions()
    special_positions()
    edge_positions()
    outlines()
    disks()
    distances()
    families()
    validity()
    texts()
