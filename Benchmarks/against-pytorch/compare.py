"""Times the same work here and there in turn, and prints each bar: asked, measured, met or not.

usage: compare.py [--rounds N] [--only CASE ... accuracy resources tables] [--json FILE]
                  [--processor-time]

--processor-time counts seconds of the processor with one thread on each side: the way to compare on a
machine that others use, where waiting threads would spoil either side's time on the wall.

Needs the executables of `swift build -c release` in this package and in the repository; see run.sh.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE, ROOT = os.path.dirname(HERE), os.path.dirname(os.path.dirname(HERE))
BENCHMARKS = f"{PACKAGE}/.build/release/benchmarks"
FLOWDISTILL = f"{ROOT}/.build/release/flowdistill"
THREADS, CLOCK = "2", "wall"

# What is compared: a title, our case, theirs, the ratio of rates that is asked (None: for information).
RATIOS = [
    ("1 experiment-4 step, teacher included, uniform n = 8", "experiment-4", "experiment-4", 1.8),
    ("  training part alone (no bar)", "training-step", "training-step", None),
    ("2 flow map from 1 to 0, sigma0 = 1, 10,000 samples", "flow-map", "flow-map", 20),
    ("2 flow map from 1 to 0, more accurate than RK4", "flow-map-accurate", "flow-map", 20),
    ("  flow map, sigma0 = .001, where RK4 diverges", "flow-map-narrow", "flow-map-narrow", None),
    ("3 score 1024 x 64 x 20: ours float64, PyTorch float32", "score", "score", 4),
    ("3 score 1024 x 64 x 20: float32 on both sides", "score-single", "score", 4),
    ("  score 1024 x 64 x 20, PyTorch float64 too", "score", "score-double", None),
    ("3 score 1024 x 784 x 1000: ours float64, PyTorch float32", "score-large", "score-large", 1.5),
    ("3 score 1024 x 784 x 1000: float32 on both sides", "score-large-single", "score-large", 1.5),
    ("  score 1024 x 784 x 1000, PyTorch float64 too", "score-large", "score-large-double", None),
    ("3 score 1024 x 64 x 20, float64: NumPy and SciPy", "score", "score-numpy", 4),
    ("  score 1024 x 784 x 1000, float64: NumPy and SciPy", "score-large", "score-large-numpy", None),
    ("4 EM on digits, 20 full covariances: scikit-learn", "em", "em", 3),
    ("5 experiment-3 transformer, training part", "training-transformer", "training-transformer", 1.0),
    ("5 experiment-3 transformer, teacher included", "experiment-3", "experiment-3", 1.0),
    ("5 experiment-1 step, ReLU and ReQU, targets included", "experiment-1", "experiment-1", 1.3),
]


def median(values):
    return quantile(values, 0.5)


def quantile(values, q):
    values = sorted(values)
    place = q * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def environment():
    return dict(os.environ, OMP_NUM_THREADS=THREADS, OPENBLAS_NUM_THREADS=THREADS,
                MKL_NUM_THREADS=THREADS, BENCHMARK_THREADS=THREADS, BENCHMARK_CLOCK=CLOCK)


class Side:
    """A program that times one case after the other on request."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
            cwd=ROOT)

    def ask(self, name):
        """Seconds for each thing done, and the whole answer."""
        self.process.stdin.write(json.dumps({"case": name}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"compare.py: a side ended while timing {name}")
        answer = json.loads(line)
        time.sleep(0.05)  # Lets the other side's threads stop spinning.
        return answer["seconds"] / answer["work"], answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Neighbours:
    """The share of the processors that others take meanwhile; None where the system cannot tell."""

    def __init__(self, *sides):
        self.sides, self.begin = sides, None
        self.begin = self.look()

    def look(self):
        """Ticks so far: all, busy, and of the sides."""
        try:
            with open("/proc/stat") as file:
                ticks = [int(word) for word in file.readline().split()[1:9]]
            own = 0
            for side in self.sides:
                with open(f"/proc/{side.process.pid}/stat") as file:
                    own += sum(int(word) for word in file.read().rsplit(")")[1].split()[11:13])
        except OSError:
            return None
        return sum(ticks), sum(ticks) - ticks[3] - ticks[4], own

    def share(self):
        end = self.look()
        if self.begin is None or end is None:
            return None
        every, busy, own = (b - a for a, b in zip(self.begin, end))
        return max(0.0, (busy - own) / every) if every else None


def ask_once(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT)
    if done.returncode:
        sys.exit(f"compare.py: {' '.join(command)} failed")
    return json.loads(done.stdout)


def paired(ours, theirs, our_case, their_case, rounds):
    """Ratios of rates, ours over theirs, one a round; each round begins with the other side."""
    ours.ask(our_case), theirs.ask(their_case)
    pairs, shares = [], []
    for k in range(rounds):
        if k % 2:
            other, _ = theirs.ask(their_case)
            own, answer = ours.ask(our_case)
        else:
            own, answer = ours.ask(our_case)
            other, _ = theirs.ask(their_case)
        pairs.append((own, other))
        shares.append(answer.get("share_of_peak"))
    return pairs, shares


def peak_memory(*command):
    """Bytes of the largest resident set of a process of its own."""
    with open(os.devnull, "w") as nothing:
        child = subprocess.Popen(command, stdout=nothing, env=environment(), cwd=ROOT)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"compare.py: {' '.join(command)} failed")
    return usage.ru_maxrss * (1 if platform.system() == "Darwin" else 1024)


def start_up(*command, times=31):
    """Median seconds from starting a command to its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1)]
    results = []
    for _ in range(times):
        begin = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - begin
        results.append(wall if CLOCK == "wall" else usage.ru_utime + usage.ru_stime)
        if status:
            sys.exit(f"compare.py: {' '.join(command)} failed")
    os.close(null)
    return median(results[1:])


class Bars:
    """Prints one row after the other, and keeps all in a file that is never half written."""

    def __init__(self, path, about):
        self.path, self.about, self.rows = path, about, []

    def add(self, title, asked, measured, met, **details):
        verdict = "" if met is None else "met" if met else "NOT MET"
        print(f"{title:58} {asked:>16}  {measured:34} {verdict}", flush=True)
        self.rows.append({"bar": title.strip(), "asked": asked, "measured": measured, "met": met,
                          **details})
        self.save()

    def save(self):
        if not self.path:
            return
        result = {"format": "flowdistill.benchmarks-against-pytorch/1", **self.about,
                  "bars": self.rows}
        with open(self.path + ".part", "w") as file:
            json.dump(result, file, indent=2)
            file.write("\n")
        os.replace(self.path + ".part", self.path)


def machine():
    model = "unknown"
    if os.path.exists("/proc/cpuinfo"):
        names = [l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
        model = names[0] if names else model
    return {"processor": model, "processors": os.cpu_count(), "threads": int(THREADS),
            "clock": CLOCK, "date": time.strftime("%Y-%m-%d")}


def measure_ratios(bars, folder, only, rounds):
    ours = Side(BENCHMARKS, "serve", "--threads", THREADS)
    theirs = Side(sys.executable, f"{HERE}/pytorch_cases.py", "serve", folder)
    for title, our_case, their_case, asked in RATIOS:
        if only and their_case not in only and our_case not in only:
            continue
        neighbours = Neighbours(ours, theirs)
        pairs, shares = paired(ours, theirs, our_case, their_case, rounds)
        ratios = [other / own for own, other in pairs]
        own, other = (median([p[k] for p in pairs]) for k in (0, 1))
        ratio, low, high = (quantile(ratios, q) for q in (0.5, 0.25, 0.75))
        bars.add(title, f">= {asked} x" if asked else "", f"{ratio:.2f} x ({low:.2f} to {high:.2f})",
                 ratio >= asked if asked else None, ratio=ratio, quartiles=[low, high],
                 ours_seconds=own, theirs_seconds=other, rounds=rounds,
                 share_of_others=neighbours.share())
        if our_case == "training-step":
            share = median(shares)
            bars.add("1 training part, share of the FMA peak", ">= 80 %", f"{100 * share:.0f} %",
                     share >= 0.8, share=share)
    ours.close(), theirs.close()


def judge_accuracy(bars, here, there):
    errors = {tuple(map(float, key.split(" at "))): e for key, e in here["relative_mse"].items()}
    coarse, fine = here["tolerance"], here["accurate_tolerance"]
    for title, sigma0, tolerance, limit in [
        ("2 relative MSE of flow-map", 1.0, coarse, 1e-8),
        ("2 relative MSE of flow-map-accurate", 1.0, fine, None),
        ("2 relative MSE of flow-map-narrow, sigma0 = .001", 0.001, coarse, 1e-8),
    ]:
        own, other = errors[sigma0, tolerance], there[str(sigma0)]
        script = other["relative_mse"]
        shown = "not finite" if script is None else f"{script:.1e}"
        bars.add(title, f"<= {limit:g}" if limit else "below RK4's", f"{own:.1e} (RK4: {shown})",
                 own <= limit if limit else script is None or own < script,
                 ours=own, script=script, tolerance=tolerance,
                 second_moment_of_script=other["second_moment"],
                 second_moment=other["exact_second_moment"],
                 dop853_against_exact=other["dop853_against_exact"])
    own, other = here["em_log_likelihood"], there["em_log_likelihood"]
    bars.add("  EM's mean log-likelihood, ours and scikit-learn's", "", f"{own:.3f}, {other:.3f}", None,
             ours=own, theirs=other)


def judge_resources(bars, folder):
    own = peak_memory(BENCHMARKS, "once", "experiment-4", "--threads", THREADS)
    other = peak_memory(sys.executable, f"{HERE}/pytorch_cases.py", "once", "experiment-4", folder)
    bars.add("6 peak memory of experiment 4", "<= 1/4", f"{own / 2**20:.0f} of {other / 2**20:.0f} MiB, "
             f"1/{other / own:.1f}", own <= other / 4, ours_bytes=own, theirs_bytes=other)
    for title, limit, command in [
        ("6 start-up of flowdistill --help", 0.015, ["--help"]),
        ("6 flowdistill grid paper:0, 8 segments, stability", 0.040,
         ["grid", "paper:0", "--segments", "8", "--rule", "stability"]),
    ]:
        took = start_up(FLOWDISTILL, *command)
        bars.add(title, f"< {limit * 1e3:.0f} ms", f"{took * 1e3:.1f} ms", took < limit, seconds=took)


def judge_tables(bars, folder):
    path = f"{folder}/tables.json"
    subprocess.run([BENCHMARKS, "tables", "--threads", THREADS, "--json", path], check=True, cwd=ROOT,
                   env=environment())
    tables = json.load(open(path))["tables"]
    steepest = max(tables, key=lambda t: t["time_exponent"][0])
    value, error = steepest["time_exponent"]
    bars.add("7 exponents of time and memory", "<= 1",
             f"steepest {value:.2f} +- {error:.2f} ({steepest['variable']})",
             all(t["at_most_linear"] for t in tables), tables=tables)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json")
    parser.add_argument("--processor-time", action="store_true")
    options = parser.parse_args()
    if options.processor_time:
        global THREADS, CLOCK
        THREADS, CLOCK = "1", "processor"
    load = os.getloadavg()[0]
    if load > 0.5 and CLOCK == "wall":
        print(f"compare.py: the machine is busy (load {load:.1f}); ratios will suffer", file=sys.stderr)
    about = {"machine": machine(), "load_before": load}
    bars = Bars(options.json, about)
    with tempfile.TemporaryDirectory() as folder:
        here = ask_once(BENCHMARKS, "exchange", folder, "--threads", THREADS)
        about["blas"] = here["blas"]
        with open(f"{folder}/settings.json", "w") as file:
            json.dump(here, file)
        measure_ratios(bars, folder, options.only, options.rounds)
        parts = options.only or ["accuracy", "resources", "tables"]
        if "accuracy" in parts:
            there = ask_once(sys.executable, f"{HERE}/pytorch_cases.py", "accuracy", folder)
            about["versions"] = there["versions"]
            judge_accuracy(bars, here, there)
        if "resources" in parts:
            judge_resources(bars, folder)
        if "tables" in parts:
            judge_tables(bars, folder)


if __name__ == "__main__":
    main()
