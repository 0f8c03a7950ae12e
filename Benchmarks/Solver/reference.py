"""Solves the instances that SolverBenchmark left in a folder with SciPy and OR-Tools, and prints all side by side.

    python reference.py <folder> [--json]

Only the solvers' own calls are timed; building their inputs is not. Each time is the median of several solves. The
three must find the same cost.
"""

import json
import pathlib
import statistics
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

RUNS = 5


def timed(make, solve):
    times = []
    for _ in range(RUNS):
        subject = make()
        start = time.perf_counter()
        answer = solve(subject)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), answer


def read_assignment(file):
    lines = file.read_text().splitlines()
    rows, columns, price = map(int, lines[0].split())
    pairs = [np.fromstring(line, dtype=np.int64, sep=" ").reshape(-1, 2) for line in lines[1:]]
    row = np.repeat(np.arange(rows), [len(p) for p in pairs])
    return rows, columns, price, row, np.concatenate(pairs)


def scipy_assignment(problem):
    rows, columns, price, row, pairs = problem
    # Every row gets a private column at the price of staying unassigned; one is added to every cost because SciPy
    # treats a stored zero as no edge.
    all_rows = np.concatenate([row, np.arange(rows)])
    all_columns = np.concatenate([pairs[:, 0], columns + np.arange(rows)])
    costs = np.concatenate([pairs[:, 1], np.full(rows, price)]) + 1
    matrix = csr_array((costs, (all_rows, all_columns)), shape=(rows, columns + rows))
    milliseconds, chosen = timed(lambda: matrix, min_weight_full_bipartite_matching)
    return milliseconds, int(matrix[chosen].sum()) - rows


def ortools_assignment(problem):
    rows, columns, price, row, pairs = problem
    sink = rows + columns
    tails = np.concatenate([row, rows + np.arange(columns), np.arange(rows)])
    heads = np.concatenate([rows + pairs[:, 0], np.full(columns + rows, sink)])
    costs = np.concatenate([pairs[:, 1], np.zeros(columns, dtype=np.int64), np.full(rows, price)])
    supply = np.concatenate([np.ones(rows), np.zeros(columns), [-rows]]).astype(np.int64)
    return ortools_flow(supply, tails, heads, np.ones(len(tails), dtype=np.int64), costs)


def read_flow(file):
    numbers = np.fromstring(file.read_text(), dtype=np.int64, sep=" ")
    nodes, arcs = numbers[:2]
    return numbers[2 : 2 + nodes], *numbers[2 + nodes :].reshape(arcs, 4).T


def ortools_flow(supply, tails, heads, capacities, costs):
    def make():
        flow = min_cost_flow.SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
        flow.set_nodes_supplies(np.arange(len(supply)), supply)
        return flow

    def solve(flow):
        assert flow.solve() == flow.OPTIMAL
        return flow.optimal_cost()

    return timed(make, solve)


def main():
    folder = pathlib.Path(sys.argv[1])
    results = []
    for line in (folder / "results.txt").read_text().splitlines():
        name, cost, milliseconds, allocations = line.split()
        result = {
            "instance": name,
            "cost": int(cost),
            "cabstand_ms": round(float(milliseconds), 3),
            "allocations_when_warm": int(allocations),
        }
        answers = {}
        if (file := folder / f"{name}.assignment").exists():
            problem = read_assignment(file)
            answers["scipy"] = scipy_assignment(problem)
            answers["ortools"] = ortools_assignment(problem)
        else:
            answers["ortools"] = ortools_flow(*read_flow(folder / f"{name}.flow"))
        for solver, (reference_ms, reference_cost) in answers.items():
            assert reference_cost == int(cost), (name, solver, reference_cost, cost)
            result[f"{solver}_ms"] = round(reference_ms, 1)
            result[f"times_faster_than_{solver}"] = round(reference_ms / float(milliseconds), 1)
        results.append(result)
    if "--json" in sys.argv:
        print(json.dumps(results, indent=2))
        return
    if "--rows" in sys.argv:
        for r in results:
            for solver, name in [("scipy", "SciPy"), ("ortools", "OR-Tools")]:
                if f"{solver}_ms" in r:
                    print(r["instance"], f"{r['cabstand_ms']:.2f} ms", name, f"{r[f'{solver}_ms']} ms",
                          f"{r[f'times_faster_than_{solver}']}x", sep="\t")
        return
    print(f"{'instance':28}{'cost':>10}{'cabstand':>11}{'SciPy':>16}{'OR-Tools':>18}{'allocations':>13}")
    for r in results:
        row = f"{r['instance']:28}{r['cost']:>10}{r['cabstand_ms']:>8.2f} ms"
        for solver, width in [("scipy", 16), ("ortools", 18)]:
            cell = f"{r[f'{solver}_ms']} ms ({r[f'times_faster_than_{solver}']}x)" if f"{solver}_ms" in r else "-"
            row += f"{cell:>{width + 2}}"
        print(row + f"{r['allocations_when_warm']:>9}")


main()
