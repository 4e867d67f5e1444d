#!/usr/bin/env python3
"""Shows that kills and threads change no bit of a distillation.

    Scripts/crash-resume.py .build/release/flowdistill [--kills 10] [--steps 1600] [--seed 0]

Trains one plan four ways and compares the students and the loss record byte for byte:
uninterrupted on one thread; the same on two; killed by SIGKILL at random moments and resumed each
time, with one and two threads in turn; and a different seed, which must not agree.
"""

import argparse
import hashlib
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", type=pathlib.Path, help="the flowdistill executable")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--steps", type=int, default=1600, help="training steps over 4 segments")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments of the kills")
    return parser.parse_args()


def start(binary, folder, steps, threads, seed=0):
    """Starts the training, or goes on with it if the folder holds a plan."""
    command = [binary, "distill", "--checkpoint-every", "20", "--threads", str(threads)]
    if (folder / "plan.json").exists():
        command += ["--resume"]
    else:
        command += ["paper:0", "--segments", "4", "--rule", "stability", "--recipe", "residual"]
        command += ["--width", "128", "--depth", "3", "--batch", "128"]
        command += ["--steps", str(steps), "--seed", str(seed)]
    return subprocess.Popen(command + ["-o", folder], stdout=subprocess.DEVNULL)


def finish(process):
    if process.wait() != 0:
        sys.exit(f"the training ended with status {process.returncode}")


def results(folder):
    files = sorted(folder.glob("segments/*.safetensors")) + [folder / "metrics.jsonl"]
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def killed_run(options, binary, folder, seconds):
    """Kills the training at random moments; returns how many kills met it at work."""
    moments = random.Random(options.seed)
    kills = 0
    while kills < options.kills:
        threads = 1 + kills % 2
        process = start(binary, folder, options.steps, threads)
        delay = moments.uniform(0, 1.8 * seconds / options.kills)
        try:
            process.wait(timeout=delay)
            if process.returncode != 0:
                sys.exit(f"the training ended with status {process.returncode}")
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        kills += 1
        done = len(list(folder.glob("segments/*.safetensors")))
        leftovers = len(list(folder.rglob("*.tmp")))
        print(f"  kill {kills:2}: after {delay:5.2f} s on {threads} thread(s);"
              f" {done} of 4 students finished, {leftovers} temporary file(s) left")
    finish(start(binary, folder, options.steps, 2))
    return kills


def main():
    options = parse_arguments()
    binary = options.binary.resolve()
    with tempfile.TemporaryDirectory(prefix="crash-resume-") as name:
        base = pathlib.Path(name)
        times = {}
        for title, threads, seed in [("one", 1, 0), ("two", 2, 0), ("other", 2, 1)]:
            begin = time.monotonic()
            finish(start(binary, base / title, options.steps, threads, seed))
            times[title] = time.monotonic() - begin
        print(f"uninterrupted, {options.steps} steps in 4 segments:"
              f" {times['one']:.1f} s on one thread, {times['two']:.1f} s on two")
        kills = killed_run(options, binary, base / "killed", times["two"])
        whole = results(base / "one")
        checks = {
            f"all {options.kills} kills met the training at work": kills == options.kills,
            "two threads give the same bytes as one": results(base / "two") == whole,
            f"killed {kills} times gives the same bytes": results(base / "killed") == whole,
            "no temporary file is left": not list((base / "killed").rglob("*.tmp")),
            "another seed gives other bytes": results(base / "other") != whole,
        }
        for file, digest in whole.items():
            print(f"  {file}  sha256 {digest[:16]}")
        for text, holds in checks.items():
            print(f"{'ok    ' if holds else 'FAILED'}  {text}")
        return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
