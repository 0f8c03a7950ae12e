"""Writes assignment.txt and flow.txt: the optimum of thousands of random instances, one per line.

An instance is a function of its line: `RandomInstances.swift` draws the same one from the same seed. Every optimum is
found by two independent exact solvers, which must agree:
  assignment  SciPy's linear_sum_assignment on the dense matrix, and OR-Tools' SimpleMinCostFlow
  flow        SciPy's HiGHS linear programs (small instances), and OR-Tools' SimpleMinCostFlow

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scipy==1.17.1 ortools==9.15.6755
    /tmp/venv/bin/python generate.py
"""

import pathlib

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array

MASK = (1 << 64) - 1
MANDATORY = (1 << 31) - 1
FORBIDDEN = 1 << 40
COUNTS = {"small": 3000, "medium": 120, "extreme": 400}


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n


def assignment(kind, seed):
    """rows, columns, [(row, column, cost)], price per row."""
    random = Random(seed)
    if kind == "medium":
        rows, columns = 100 + random.below(150), 100 + random.below(200)
        degree_limit = 4 + random.below(12)
    else:
        rows, columns = random.below(13), random.below(13)
        degree_limit = 1 + random.below(6)
    span = [1, 3, 10, 100, 1000, 1_000_000][random.below(6)]
    shift = span // 2 if random.below(4) == 0 else 0
    mode = random.below(4)
    constant = random.below(2 * span + 1)

    def cost():
        if kind == "extreme":
            return (random.next() & 0xFFFFFFFF) - (1 << 31)
        return random.below(span + 1) - shift

    def price():
        if kind == "extreme":
            return min(cost(), MANDATORY - 1)
        return random.below(2 * span + 1)

    edges, prices = [], []
    for row in range(rows):
        degree = degree_limit if kind == "medium" else random.below(degree_limit + 1)
        for _ in range(degree if columns else 0):
            column = random.below(columns)
            edges.append((row, column, cost()))
        if mode == 0:
            prices.append(MANDATORY)
        elif mode == 1:
            prices.append(constant)
        elif mode == 2:
            prices.append(price())
        else:
            prices.append(MANDATORY if random.below(4) == 0 else price())
    return rows, columns, edges, prices


def solve_assignment(kind, instance):
    rows, columns, edges, prices = instance
    if rows == 0:
        return 0
    matrix = np.full((rows, columns + rows), FORBIDDEN, dtype=np.float64)
    for row, column, cost in edges:
        matrix[row, column] = min(matrix[row, column], cost)
    for row, price in enumerate(prices):
        if price != MANDATORY:
            matrix[row, columns + row] = price
    chosen = linear_sum_assignment(matrix)
    costs = matrix[chosen]
    dense = None if (costs == FORBIDDEN).any() else int(sum(int(c) for c in costs))

    flow = min_cost_flow.SimpleMinCostFlow()
    sink = rows + columns
    for row, column, cost in edges:
        flow.add_arc_with_capacity_and_unit_cost(row, rows + column, 1, cost)
    for column in range(columns):
        flow.add_arc_with_capacity_and_unit_cost(rows + column, sink, 1, 0)
    for row, price in enumerate(prices):
        if price != MANDATORY:
            flow.add_arc_with_capacity_and_unit_cost(row, sink, 1, price)
        flow.set_node_supply(row, 1)
    flow.set_node_supply(sink, -rows)
    agree("assignment", dense, run(flow))
    return dense


def network(kind, seed):
    """supply per node, [(tail, head, capacity, cost)], unused supply cost or None, unmet demand cost or None."""
    random = Random(seed)
    if kind == "medium":
        nodes = 30 + random.below(40)
        arc_count = 4 * nodes + random.below(4 * nodes)
    else:
        nodes = 1 + random.below(10)
        arc_count = random.below(3 * nodes + 1)
    units = [1, 5, 50, 1000][random.below(4)]
    span = [1, 10, 1000, 100_000][random.below(4)]
    shift = span // 4 if random.below(3) == 0 else 0
    mode = random.below(4)
    unused, unmet = random.below(2 * span + 1), random.below(10 * span + 1)
    supply = [0] * nodes
    if mode < 2:
        for _ in range(random.below(nodes + 1)):
            a, b, q = random.below(nodes), random.below(nodes), 1 + random.below(units)
            supply[a] += q
            supply[b] -= q
        if mode == 0:
            unused = unmet = None
    else:
        for node in range(nodes):
            supply[node] = random.below(2 * units + 1) - units
        if mode == 3:
            if random.below(2) == 0:
                unused = None
            if random.below(2) == 0:
                unmet = None
    arcs = []
    for _ in range(arc_count):
        tail, head = random.below(nodes), random.below(nodes)
        capacity = random.below(units + 1)
        arcs.append((tail, head, capacity, random.below(span + 1) - shift))
    return supply, arcs, unused, unmet


def solve_flow(kind, instance):
    supply, arcs, unused, unmet = instance
    nodes = len(supply)
    supply, arcs = supply + [-sum(supply)], list(arcs)
    for node in range(nodes):
        if supply[node] > 0 and unused is not None:
            arcs.append((node, nodes, supply[node], unused))
        if supply[node] < 0 and unmet is not None:
            arcs.append((nodes, node, -supply[node], unmet))

    flow = min_cost_flow.SimpleMinCostFlow()
    for tail, head, capacity, cost in arcs:
        flow.add_arc_with_capacity_and_unit_cost(tail, head, capacity, cost)
    for node, units in enumerate(supply):
        flow.set_node_supply(node, units)
    network_optimum = run(flow) if arcs else (0 if not any(supply) else None)

    if kind == "small" and arcs:
        tails, heads, capacities, costs = (np.array(column) for column in zip(*arcs))
        index = np.arange(len(arcs))
        balance = coo_array((np.ones(len(arcs)), (tails, index)), shape=(nodes + 1, len(arcs)))
        balance = balance - coo_array((np.ones(len(arcs)), (heads, index)), shape=(nodes + 1, len(arcs)))
        answer = linprog(costs, A_eq=balance.tocsr(), b_eq=supply, bounds=np.stack([0 * capacities, capacities], 1))
        agree("flow", network_optimum, round(answer.fun) if answer.status == 0 else None)
    return network_optimum


def run(flow):
    status = flow.solve()
    if status == flow.OPTIMAL:
        return flow.optimal_cost()
    assert status == flow.INFEASIBLE, status
    return None


def agree(what, one, other):
    assert one == other, (what, one, other)


def main():
    folder = pathlib.Path(__file__).parent
    for name, make, solve in [
        ("assignment", assignment, solve_assignment),
        ("flow", network, solve_flow),
    ]:
        lines = []
        for kind, count in COUNTS.items():
            if name == "flow" and kind == "extreme":
                continue
            for seed in range(count):
                optimum = solve(kind, make(kind, seed))
                lines.append(f"{kind} {seed} {'x' if optimum is None else optimum}\n")
        (folder / f"{name}.txt").write_text("".join(lines))
        print(name, len(lines), "instances,", sum(line.endswith(" x\n") for line in lines), "infeasible")


main()
