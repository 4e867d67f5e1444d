#!/usr/bin/env python3
"""Changes one choice of the recipe best at a time, on some of the mixtures of its development.

    Scripts/ablation.py .build/release/flowdistill -o ablation
    Scripts/ablation.py .build/release/flowdistill -o ablation --list

Every cell, a mixture with a change, is one `distill` on four planned segments and one `evaluate`, kept as a file
in OUT/cells; what is there is not run again. OUT/ablation.csv has all relative errors, OUT/summary.csv the
geometric mean of each change over that of none, OUT/ablation.svg the picture.
"""

import argparse
import csv
import json
import math
import pathlib
import sys

import dotplot
import zoo

MIXTURES = ["paper", "far-32", "gauss-16", "tree-16", "pair-8", "line-64"]
# Name of a change, and the options that make it.
CHANGES = {
    "none": [],
    "plain student": ["--student", "plain"],
    "residual student": ["--student", "residual"],
    "affine student": ["--student", "affine"],
    "AdamW": ["--optimiser", "adamw", "--learning-rate", "1e-3"],
    "constant rate": ["--schedule", "constant"],
    "exact states": ["--states", "exact"],
    "fresh starts": ["--pretrain", "0", "--start", "fresh"],
    "no pretraining": ["--pretrain", "0"],
    "pretrained starts for all": ["--start", "fresh"],
    "one shared network": [
        "--pretrain", "0", "--start", "fresh", "--states", "exact", "--sharing", "shared"],
    "steps by difficulty": ["--budget", "difficulty"],
    "mean of the weights": ["--averaging", ".99"],
    "joint steps at the end": ["--fine-tune", ".2"],
    "fresh trajectories": ["--pool", "0"],
    "one pool of 16,384": ["--pool", "16384", "--pool-epochs", "1000000"],
    "one pool of 4,096": ["--pool", "4096", "--pool-epochs", "1000000"],
}


def tables(out):
    """Writes the tables of all finished cells and prints the summary."""
    values = {}
    for path in (out / "cells").glob("*.json"):
        entry = json.loads(path.read_text())
        values[entry["mixture"], entry["change"]] = entry
    with open(out / "ablation.csv", "w", newline="") as file:
        writer = csv.DictWriter(
            file, ["mixture", "change", "relative_mse", "standard_error", "seconds", "missing"],
            extrasaction="ignore")
        writer.writeheader()
        writer.writerows(
            values[m, c] for m in MIXTURES for c in CHANGES if (m, c) in values)
    lines = ["change,geometric_mean,mixtures"]
    rows = []
    for change in CHANGES:
        ratios = [
            math.log(values[m, change]["relative_mse"] / values[m, "none"]["relative_mse"])
            for m in MIXTURES
            if "relative_mse" in values.get((m, change), {})
            and "relative_mse" in values.get((m, "none"), {})
        ]
        if ratios:
            rows.append((change, [math.exp(ratio) for ratio in ratios]))
            mean = math.exp(sum(ratios) / len(ratios))
            lines.append(f"{change},{mean:.3g},{len(ratios)}")
            print(f"{change:28} {mean:.2f} times the error of best, {len(ratios)} mixtures")
    zoo.write(out / "summary.csv", "\n".join(lines) + "\n")
    title = "One choice of the recipe best changed: four planned segments"
    axis = "relative MSE over that of best, a dot for each mixture (estimates)"
    rows = [row for row in rows if row[0] != "none"]
    zoo.write(out / "ablation.svg", dotplot.draw(title, axis, rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", help="the flowdistill executable")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="the cells that are missing")
    options = parser.parse_args()
    out = options.output
    for folder in ("mixtures", "cells"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    subjects = dict(zoo.BUILT_IN)
    for line in zoo.DEVELOPMENT:
        if line[0] in MIXTURES:
            path = out / "mixtures" / (line[0] + ".json")
            zoo.write(path, json.dumps(zoo.mixture(*line)) + "\n")
            subjects[line[0]] = str(path)
    missing = [
        (name, change, out / "cells" / f"{name}_{change.replace(' ', '-')}.json")
        for name in MIXTURES for change in CHANGES
    ]
    missing = [entry for entry in missing if not entry[2].exists()]
    if options.list:
        print("\n".join(f"{name}: {change}" for name, change, _ in missing))
        return
    for i, (name, change, path) in enumerate(missing):
        result = zoo.cell(
            options.binary, subjects[name], 4, "planned", options, "--no-prediction",
            *CHANGES[change])
        entry = {"mixture": name, "change": change, "steps": options.steps, "seed": options.seed,
                 "recipe": zoo.RECIPE + CHANGES[change]}
        zoo.write(path, json.dumps({**entry, **result}) + "\n")
        print(
            f"{i + 1}/{len(missing)} {name}: {change} "
            f"{result.get('relative_mse', result.get('missing'))}",
            file=sys.stderr, flush=True)
    tables(out)


if __name__ == "__main__":
    main()
