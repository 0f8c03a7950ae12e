"""Measures how many positions one core turns into cells of resolution 8 each second with h3-py.

h3-py has no call that takes an array of positions, so this times its fastest form: a plain loop over the integer API,
written as `map` so that the loop itself runs in C. The numbers therefore include what Python spends on each call, which
`call` states: the time of the same loop over an empty built-in function of three arguments.
"""

import json
import random
import sys
import time
from collections import deque

import h3
import h3.api.basic_int
import h3.api.numpy_int

COUNT = 1_000_000
ROUNDS = 5
RESOLUTION = 8


def positions(latitudes, longitudes):
    generator = random.Random(1)
    return (
        [generator.uniform(*latitudes) for _ in range(COUNT)],
        [generator.uniform(*longitudes) for _ in range(COUNT)],
    )


def best_rate(function, columns):
    resolutions = [RESOLUTION] * COUNT
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        deque(map(function, *columns, resolutions), maxlen=0)
        best = min(best, time.perf_counter() - start)
    return COUNT / best


def main():
    sets = {
        "globe": positions((-90, 90), (-180, 180)),
        "city": positions((37.6, 37.9), (-122.6, -122.2)),
    }
    # The integer and the numpy API share one compiled function for this; so does what they wrap. Take the fastest.
    functions = [h3.api.basic_int.latlng_to_cell, h3.api.numpy_int.latlng_to_cell]
    try:
        from h3._cy.latlng import latlng_to_cell

        functions.append(latlng_to_cell)
    except ImportError:
        pass
    result = {"library": f"h3-py {h3.__version__}", "resolution": RESOLUTION}
    for name, columns in sets.items():
        result[name] = int(max(best_rate(function, columns) for function in functions))
    result["call"] = int(best_rate(max, sets["globe"]))
    if "--json" in sys.argv:
        print(json.dumps(result))
    else:
        for name in sets:
            print(f"h3-py    {name}: {result[name] // 1000} thousand cells/s at resolution {RESOLUTION}")
        print(f"h3-py    (the loop alone, calling max: {result['call'] // 1000} thousand calls/s)")


if __name__ == "__main__":
    main()
