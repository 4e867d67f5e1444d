#!/usr/bin/env python3
"""Compares segmentations for distillation over a zoo of Gaussian mixtures.

    Scripts/zoo.py .build/release/flowdistill -o zoo [--segments 2,4,8] [--rules uniform,stability,planned]
    Scripts/zoo.py .build/release/flowdistill -o zoo --list

Every cell, a mixture with a number of segments and a rule, is one `distill` and one `evaluate`, kept as a
file in OUT/cells; what is there is not run again, so that any stop costs one cell. The tables, OUT/zoo.csv
and OUT/ranking.csv, and the picture OUT/ranking.svg are made of all cells that are there. To extend the zoo,
raise SIZE, draw another with SEED, or put a mixture file into OUT/mixtures: names seed the draws.
"""

import argparse
import csv
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import dotplot

# Name, d, K, sigma0, layout of the means, their spread, weights, covariances.
#
# Layouts: "gauss" independent normals, "sphere" on one sphere, "line" along a line, "tree" in clusters. The
# spread is the root mean square length of a mean over that of a coordinate of unit data. Weights: "equal" or
# "unequal" (Dirichlet 2). Covariances: "same" sigma0^2 I; "spherical", "diag", "full" differ between
# components by log-normal factors.
#
# Another seed draws another zoo. This one was drawn when the planner was finished; nothing was chosen by what
# it gave.
SEED = "2026-11-29"
SIZE = 24


def drawn(seed, count):
    """Lines drawn at random: d, K and sigma0 log-uniform in [2, 64], [2, 40] and [.03, 1], the rest uniform."""
    rng = random.Random("flowdistill zoo of " + seed)

    def between(low, high):
        return math.exp(rng.uniform(math.log(low), math.log(high)))

    lines = []
    for i in range(count):
        d, k, sigma0 = round(between(2, 64)), round(between(2, 40)), float(f"{between(.03, 1):.2g}")
        layout = rng.choice(["gauss", "sphere", "line", "tree"])
        lines.append((
            f"{i + 1:02}-{layout}-{d}-{k}", d, k, sigma0, layout, round(rng.uniform(1, 4), 1),
            rng.choice(["equal", "unequal"]), rng.choice(["same", "spherical", "diag", "full"])))
    return lines


# Of the parameters, drawn anew, of the mixtures by which recipe and planner were developed.
DEVELOPMENT = [
    ("pair-2", 2, 2, 0.5, "line", 1.3, "unequal", "diag"),
    ("plane-5", 2, 5, 0.1, "gauss", 1.5, "equal", "same"),
    ("plane-40", 2, 40, 0.03, "gauss", 1.5, "equal", "spherical"),
    ("cluster-8", 3, 8, 0.25, "tree", 1.3, "equal", "spherical"),
    ("cluster-20", 3, 20, 0.04, "tree", 1.9, "unequal", "diag"),
    ("wide-5", 3, 5, 0.7, "line", 2.8, "equal", "full"),
    ("sphere-3", 4, 3, 0.07, "sphere", 2.5, "unequal", "spherical"),
    ("sphere-3b", 4, 3, 0.22, "sphere", 1.1, "equal", "same"),
    ("line-3", 4, 3, 0.5, "line", 3.9, "unequal", "same"),
    ("line-5", 8, 5, 0.25, "line", 1.4, "unequal", "spherical"),
    ("pair-8", 8, 2, 0.8, "line", 2.4, "unequal", "spherical"),
    ("sphere-12", 8, 12, 0.15, "sphere", 2.0, "equal", "diag"),
    ("full-8", 8, 5, 0.2, "gauss", 2.0, "unequal", "full"),
    ("tree-16", 16, 12, 0.1, "tree", 1.7, "equal", "diag"),
    ("pair-16", 16, 2, 0.2, "gauss", 3.9, "equal", "diag"),
    ("gauss-16", 16, 20, 0.3, "gauss", 2.5, "unequal", "same"),
    ("unit-16", 16, 8, 1.0, "sphere", 3.0, "equal", "same"),
    ("sphere-32", 32, 12, 0.08, "sphere", 2.7, "unequal", "same"),
    ("far-32", 32, 5, 0.46, "gauss", 3.3, "unequal", "same"),
    ("pair-32", 32, 2, 0.05, "gauss", 1.7, "unequal", "same"),
    ("line-64", 64, 12, 0.03, "line", 3.3, "equal", "same"),
    ("tree-64", 64, 12, 0.15, "tree", 3.1, "equal", "diag"),
    ("pair-64", 64, 2, 0.75, "line", 2.4, "equal", "spherical"),
    ("forty-64", 64, 40, 0.5, "sphere", 2.3, "equal", "same"),
]
# Mixtures that the command line knows.
BUILT_IN = {"digits": "suite:digits", "paper": "paper:0"}
RECIPE = ["--recipe", "best", "--width", "64", "--batch", "256"]
SAMPLES = 8192


def read(path):
    """Lines from a CSV file with their names in its header."""
    with open(path, newline="") as file:
        return [
            (row["name"], int(row["d"]), int(row["k"]), float(row["sigma0"]), row["layout"],
             float(row["spread"]), row["weights"], row["covariances"])
            for row in csv.DictReader(file)
        ]


def mixture(name, d, k, sigma0, layout, spread, weights, covariances):
    """A mixture file of the zoo: a pure function of the line and the name."""
    rng = random.Random("flowdistill zoo " + name)

    def normal():
        return math.sqrt(-2 * math.log(1 - rng.random())) * math.cos(2 * math.pi * rng.random())

    def vector(scale):
        return [scale * normal() for _ in range(d)]

    def unit():
        v = vector(1)
        length = math.sqrt(sum(x * x for x in v))
        return [x / length for x in v]

    coordinate = 2 * spread / math.sqrt(d)
    if layout == "gauss":
        means = [vector(coordinate) for _ in range(k)]
    elif layout == "sphere":
        means = [[2 * spread * x for x in unit()] for _ in range(k)]
    elif layout == "line":
        u = unit()
        means = [
            [spread * (4 * i / (k - 1) - 2) * a + b for a, b in zip(u, vector(coordinate / 20))]
            for i in range(k)
        ]
    else:
        centres = [vector(coordinate) for _ in range(max(2, math.isqrt(k)))]
        means = [
            [a + b for a, b in zip(centres[i % len(centres)], vector(coordinate / 5))]
            for i in range(k)
        ]
    shares = [rng.gammavariate(2, 1) if weights == "unequal" else 1 for _ in range(k)]
    shares = [share / sum(shares) for share in shares]
    centre = [sum(w * m[j] for w, m in zip(shares, means)) for j in range(d)]
    means = [[x - c for x, c in zip(m, centre)] for m in means]
    variance = sigma0 * sigma0
    if covariances == "same":
        law = {"type": "spherical", "variances": [variance] * k}
    elif covariances == "spherical":
        law = {"type": "spherical", "variances": [variance * math.exp(normal()) for _ in range(k)]}
    elif covariances == "diag":
        law = {
            "type": "diag",
            "variances": [[variance * math.exp(normal()) for _ in range(d)] for _ in range(k)],
        }
    else:
        law = {"type": "full", "matrices": [covariance(d, variance, normal) for _ in range(k)]}
    return {
        "format": "flowdistill.mixture/1", "weights": shares, "means": means, "covariances": law,
    }


def covariance(d, variance, normal):
    """Log-normal variances along random orthogonal axes."""
    axes = []
    for _ in range(d):
        v = [normal() for _ in range(d)]
        for u in axes:
            inner = sum(a * b for a, b in zip(u, v))
            v = [b - inner * a for a, b in zip(u, v)]
        length = math.sqrt(sum(x * x for x in v))
        axes.append([x / length for x in v])
    values = [variance * math.exp(normal()) for _ in range(d)]
    return [
        [sum(s * u[i] * u[j] for s, u in zip(values, axes)) for j in range(d)] for i in range(d)
    ]


def run(binary, *arguments):
    """The JSON that a command prints, or the sentence with which it refuses."""
    done = subprocess.run(
        [binary, *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if done.returncode == 0:
        return json.loads(done.stdout)
    if done.returncode in (-2, 130):
        sys.exit(130)
    return done.stderr.strip().splitlines()[-1]


def cell(binary, subject, n, rule, options, *changes):
    """Trains and measures one cell, perhaps with changes to the recipe."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "run"
        how = ["--segmentation", "planned"] if rule == "planned" else ["--rule", rule]
        trained = run(
            binary, "distill", subject, "--segments", str(n), *how, *RECIPE, *changes, "--steps",
            str(options.steps), "--seed", str(options.seed), "--threads", str(options.threads),
            "-o", output)
        if isinstance(trained, str):
            return {"missing": trained}
        measured = run(
            binary, "evaluate", output, "--samples", str(SAMPLES), "--no-certificates",
            "--threads", str(options.threads))
        if isinstance(measured, str):
            return {"missing": measured}
        result = {
            "relative_mse": measured["relative_mse"],
            "standard_error": measured["standard_error"], "seconds": trained["seconds"],
            "times": json.loads((output / "plan.json").read_text())["grid"]["times"],
        }
        plan = output / "segmentation.json"
        if plan.exists():
            planned = json.loads(plan.read_text())
            result["predicted"] = planned["predicted_relative_mse"]
            result["factor"] = planned["prediction_factor"]
        return result


def write(path, text):
    """Replaces a file only when complete."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text)
    part.replace(path)


def table(out):
    """Writes the tables of all finished cells and prints the ranking."""
    cells = {}
    for path in sorted((out / "cells").glob("*.json")):
        entry = json.loads(path.read_text())
        cells[entry["mixture"], entry["n"], entry["rule"]] = entry
    with open(out / "zoo.csv", "w", newline="") as file:
        names = [
            "mixture", "n", "rule", "relative_mse", "standard_error", "predicted", "factor",
            "missing",
        ]
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(cells.values())
    ranking = {}
    predictions = []
    for (name, n, rule), entry in cells.items():
        value = entry.get("relative_mse")
        if value is not None and entry.get("predicted"):
            predictions.append(math.log(value / entry["predicted"]))
        rivals = [cells.get((name, n, r), {}).get("relative_mse") for r in ("uniform", "stability")]
        rivals = [x for x in rivals if x is not None]
        if rule not in ranking:
            ranking[rule] = []
        if value is not None and rivals:
            ranking[rule].append((math.log(value / min(rivals)), value < min(rivals)))
    rows = []
    for rule, entries in ranking.items():
        if entries:
            mean = sum(x for x, _ in entries) / len(entries)
            spread = math.sqrt(sum((x - mean) ** 2 for x, _ in entries)) / max(1, len(entries) - 1)
            wins = sum(won for _, won in entries)
            rows.append((math.exp(mean), math.exp(mean) * spread, wins, len(entries), rule))
    rows.sort()
    write(out / "ranking.svg", dotplot.draw(
        "Rules of segmentation, students of the recipe best",
        "relative MSE over the better of uniform and stability, a dot for each cell (estimates)",
        [(row[4], [math.exp(x) for x, _ in ranking[row[4]]]) for row in rows]))
    lines = ["rule,geometric_mean,standard_error,wins,cells"]
    lines += [f"{r[4]},{r[0]:.4g},{r[1]:.2g},{r[2]},{r[3]}" for r in rows]
    write(out / "ranking.csv", "\n".join(lines) + "\n")
    print("relative MSE over the better of uniform and stability, estimates:")
    for mean, error, wins, count, rule in rows:
        print(f"  {rule:24} {mean:.3f} ± {error:.3f}   better than both in {wins} of {count}")
    if predictions:
        near = sum(abs(x) <= math.log(2) for x in predictions)
        middle = math.exp(sorted(predictions)[len(predictions) // 2])
        print(f"predictions within a factor of 2: {near} of {len(predictions)}; "
              f"median measured/predicted {middle:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", help="the flowdistill executable")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--segments", default="2,4,8")
    parser.add_argument("--rules", default="uniform,stability,planned", help="or all")
    parser.add_argument("--only", default="", help="mixtures, separated by commas")
    parser.add_argument("--lines", help="a CSV file of mixtures to draw in place of the zoo's")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--shard", default="1/1", help="only part i/n of the cells")
    parser.add_argument("--list", action="store_true", help="the cells that are missing")
    options = parser.parse_args()
    out = options.output
    for folder in ("mixtures", "cells"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for line in read(options.lines) if options.lines else drawn(SEED, SIZE):
        path = out / "mixtures" / (line[0] + ".json")
        if not path.exists():
            write(path, json.dumps(mixture(*line)) + "\n")
    subjects = {path.stem: str(path) for path in sorted((out / "mixtures").glob("*.json"))}
    subjects.update(BUILT_IN)
    if options.only:
        subjects = {name: subjects[name] for name in options.only.split(",")}
    rules = options.rules.split(",")
    if options.rules == "all":
        text = subprocess.run(
            [options.binary, "grid", "--rule", "list"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        rules = [
            line.split()[0] for line in text.splitlines()
            if line.startswith("  ") and line[2] not in " "
        ]
        # A sampler's plan has the name of the planner for students, which comes last.
        rules = [rule for rule in rules if rule != "planned"] + ["planned"]
    missing = [
        (name, n, rule)
        for name in subjects for n in map(int, options.segments.split(",")) for rule in rules
        if not (out / "cells" / f"{name}_{n}_{rule}.json").exists()
    ]
    part, parts = map(int, options.shard.split("/"))
    missing = missing[part - 1 :: parts]
    if options.list:
        print("\n".join(f"{name} {n} {rule}" for name, n, rule in missing))
        return
    if shutil.which(options.binary) is None:
        sys.exit(f"{options.binary} cannot be run; build it with make build")
    for i, (name, n, rule) in enumerate(missing):
        result = cell(options.binary, subjects[name], n, rule, options)
        entry = {
            "mixture": name, "n": n, "rule": rule, "steps": options.steps, "seed": options.seed,
            "recipe": RECIPE,
        }
        write(out / "cells" / f"{name}_{n}_{rule}.json", json.dumps({**entry, **result}) + "\n")
        print(
            f"{i + 1}/{len(missing)} {name} {n} {rule} "
            f"{result.get('relative_mse', result.get('missing'))}",
            file=sys.stderr, flush=True)
    table(out)


if __name__ == "__main__":
    main()
