#!/usr/bin/env python3
"""Loads every kind of exported grid into the real program that reads it and records what it visits.

Usage: Scripts/check-exports.py [FLOWDISTILL] [--venv FOLDER]

Installs torch, diffusers and k-diffusion from PyPI into a temporary virtual environment (several
gigabytes; --venv keeps and reuses one), runs `flowdistill grid --export` for each form and hands the
text over unchanged. The noise levels that the sampler meets are recorded by its callback or by its
model, and must be those of the grid to single precision. Not part of CI.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

PACKAGES = ["torch", "diffusers", "k-diffusion", "scipy"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("flowdistill", nargs="?", default=".build/release/flowdistill")
    parser.add_argument("--venv")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return check(options.flowdistill)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.venv or temporary)
        python = folder / "bin" / "python"
        if not python.exists():
            venv.create(folder, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
            # k-diffusion imports a part of setuptools that is gone from those torch asks for, but
            # does not use.
            subprocess.run([python, "-m", "pip", "install", "-q", "setuptools<70"], check=True)
        command = [python, __file__, options.flowdistill, "--inside"]
        environment = dict(os.environ, HF_HUB_OFFLINE="1")
        sys.exit(subprocess.run(command, env=environment).returncode)


def check(flowdistill):
    import numpy as np
    import torch

    def grid(export, *arguments):
        """The exported text, the noise levels and the flow times of a grid."""
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder) / "m.json"
            name.write_text(json.dumps({
                "format": "flowdistill.mixture/1", "weights": [0.5, 0.5],
                "means": [[-1, 0], [1, 0]],
                "covariances": {"type": "spherical", "variances": [0.1, 0.1]}}))
            def run(form):
                return subprocess.run(
                    [flowdistill, "grid", str(name), *arguments, "--export", *form],
                    check=True, capture_output=True, text=True).stdout
            rows = run(["csv"]).split()[1:]
            table = np.array([[float(x) for x in row.split(",")] for row in rows])
            return run(export).strip(), table[:, 1], table[:, 3] / (table[:, 2] + table[:, 3])

    failures = 0

    def report(name, visited, expected, tolerance=1e-6):
        nonlocal failures
        visited, expected = np.asarray(visited, dtype=float), np.asarray(expected, dtype=float)
        same = visited.shape == expected.shape
        error = np.max(np.abs(visited - expected) / np.maximum(expected, 1e-12)) if same else np.inf
        passed = same and error <= tolerance
        failures += not passed
        print(f"{'ok  ' if passed else 'FAIL'} {name}: {len(visited)} levels visited, "
              f"largest relative difference {error:.1e}")

    ve = ["--process", "ve", "--horizon", "14.614", "--segments", "10"]
    for rule in ("karras", "arctan", "ays-sd15"):
        arguments = [*ve, "--rule", rule]
        if rule != "ays-sd15":
            # Stable Diffusion's smallest level is 0.0292.
            arguments += ["--parameter", "sigma_min=0.03"]
        k_diffusion(torch, report, *grid(["k-diffusion"], *arguments)[:2], rule)
        edm_loop(torch, report, *grid(["edm"], *arguments)[:2], rule)
        euler_discrete(torch, report, *grid(["diffusers-sigmas-euler"], *arguments)[:2], rule)
        timesteps(torch, np, report, *grid(["diffusers-timesteps"], *arguments)[:2], rule)
        gits_points(torch, report, *grid(["gits"], *arguments)[:2], rule)
    for shift in ("1", "3"):
        arguments = ["--process", "rectified-flow", "--segments", "10", "--rule", "flow-shift"]
        text, _, times = grid(["diffusers-sigmas-flow", "--shift", shift], *arguments)
        flow_match(torch, report, text, times, float(shift))
    text, _, times = grid(["flow-time-grid"], *arguments)
    report("flow_matching time_grid, rectified-flow", 1 - np.array(json.loads(text)), times)
    cross_check(np, report, grid)
    print("all exports are taken unchanged" if failures == 0 else f"{failures} failed")
    return failures


def denoiser(visited):
    """The denoiser of N(0, 1/4), which notes the noise levels it is asked at."""
    def model(x, sigma, *unused, **also_unused):
        visited.append(float(sigma.flatten()[0]))
        s = sigma.reshape(-1, *[1] * (x.ndim - 1)) if sigma.ndim else sigma
        return x * 0.25 / (0.25 + s**2)
    return model


def k_diffusion(torch, report, text, levels, rule):
    from k_diffusion import sampling
    sigmas = torch.tensor(json.loads(text))
    seen = []
    sampling.sample_euler(
        denoiser([]), torch.randn(2, 1, 4, 4) * sigmas[0], sigmas, disable=True,
        callback=lambda state: seen.append(float(state["sigma"])))
    report(f"k-diffusion sample_euler, {rule}", seen + [float(sigmas[-1])], levels)
    asked = []
    sampling.sample_dpmpp_2m(
        denoiser(asked), torch.randn(2, 1, 4, 4) * sigmas[0], sigmas, disable=True)
    report(f"k-diffusion sample_dpmpp_2m, {rule}", asked, levels[:-1])


def edm_loop(torch, report, text, levels, rule):
    """The deterministic sampler of Karras et al. (2022), algorithm 1, which appends 0 to t_steps."""
    t_steps = torch.tensor(json.loads(text), dtype=torch.float64)
    t_steps = torch.cat([t_steps, torch.zeros_like(t_steps[:1])])
    asked = []
    net = denoiser(asked)
    x, seen = torch.randn(2, 3, dtype=torch.float64) * t_steps[0], []
    for now, after in zip(t_steps[:-1], t_steps[1:]):
        seen.append(float(now))
        slope = (x - net(x, now)) / now
        moved = x + (after - now) * slope
        if after > 0:
            moved = x + (after - now) * 0.5 * (slope + (moved - net(moved, after)) / after)
        x = moved
    report(f"EDM loop, {rule}", seen + [0], levels, 1e-15)


def gits_points(torch, report, text, levels, rule):
    import ast
    option, zero = text.split()
    points = ast.literal_eval(option.removeprefix("--t_steps="))
    assert zero == "--denoise_to_zero=True" and " " not in option
    report(f"GITS --t_steps, {rule}", torch.tensor(points, dtype=torch.float64), levels[:-1], 1e-15)


def run_scheduler(torch, scheduler, prepare):
    """The noise levels that a scheduler scales its model's input by, and its last one."""
    seen = []
    x = torch.randn(1, 4, 2, 2) * getattr(scheduler, "init_noise_sigma", 1)
    for t in scheduler.timesteps:
        scheduler.scale_model_input(x, t) if prepare else None
        seen.append(float(scheduler.sigmas[scheduler.step_index or 0]))
        x = scheduler.step(torch.zeros_like(x), t, x).prev_sample
    return seen + [float(scheduler.sigmas[scheduler.step_index])]


def euler_discrete(torch, report, text, levels, rule):
    from diffusers import EulerDiscreteScheduler
    scheduler = EulerDiscreteScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    scheduler.set_timesteps(sigmas=json.loads(text))
    report(f"diffusers EulerDiscrete sigmas, {rule}", run_scheduler(torch, scheduler, True), levels)


def timesteps(torch, np, report, text, levels, rule):
    from diffusers import DPMSolverMultistepScheduler
    scheduler = DPMSolverMultistepScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    given = json.loads(text)
    scheduler.set_timesteps(timesteps=given)
    assert scheduler.timesteps.tolist() == given, "timesteps were changed"
    bars = scheduler.alphas_cumprod.numpy().astype(float)
    table = np.sqrt((1 - bars) / bars)
    # Whole timesteps: each must be the table's nearest to the grid's level, in the logarithm.
    nearest = [int(np.argmin(np.abs(np.log(table / x)))) for x in levels[:-1]]
    off = max(abs(a - b) for a, b in zip(nearest, given))
    assert off <= 1, f"{off} timesteps off"
    report(f"diffusers DPMSolverMultistep timesteps, {rule}",
           run_scheduler(torch, scheduler, False), [*table[given], 0.0])


def flow_match(torch, report, text, times, shift):
    from diffusers import FlowMatchEulerDiscreteScheduler
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=json.loads(text))
    report(f"diffusers FlowMatchEuler sigmas, shift {shift}",
           run_scheduler(torch, scheduler, False), times)


def cross_check(np, report, grid):
    """Closed forms against the functions they are named after."""
    import torch
    from diffusers import EulerDiscreteScheduler
    from k_diffusion import sampling
    ends = {"sigma_min": 0.03, "sigma_max": 14.6}
    base = ["--process", "ve", "--horizon", "14.6", "--segments", "10",
            "--parameter", "sigma_min=0.03"]
    for rule, function, more in [
        ("karras", sampling.get_sigmas_karras, {}),
        ("log-snr", sampling.get_sigmas_exponential, {}),
        ("polyexponential", sampling.get_sigmas_polyexponential, {"rho": 2.0}),
    ]:
        arguments = [x for k, v in more.items() for x in ("--parameter", f"{k}={v}")]
        levels = grid(["json"], *base, *arguments, "--rule", rule)[1]
        report(f"rule {rule} and k-diffusion", levels, function(10, **ends, **more), 1e-5)
    levels = grid(["json"], "--process", "vp-linear", "--segments", "10", "--rule", "vp-time",
                  "--parameter", "beta_d=19.9")[1]
    # Its exp(x) - 1 in single precision has three digits at the last level.
    report("rule vp-time and k-diffusion", levels, sampling.get_sigmas_vp(10), 1e-3)
    sd = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    for rule, more in [
        ("diffusers-linspace", {"timestep_spacing": "linspace"}),
        ("diffusers-leading", {"timestep_spacing": "leading", "steps_offset": 1}),
        ("diffusers-trailing", {"timestep_spacing": "trailing"}),
        ("beta-levels", {"use_beta_sigmas": True}),
    ]:
        scheduler = EulerDiscreteScheduler(**sd, **more)
        scheduler.set_timesteps(10)
        own = ["--parameter", f"sigma_min={float(scheduler.sigmas[-2])}"] \
            if rule == "beta-levels" else []
        levels = grid(["json"], "--process", "ve", "--horizon", f"{float(scheduler.sigmas[0])}",
                      "--segments", "10", "--rule", rule, *own)[1]
        # Its 1 - alpha-bar in single precision has four digits at the last level.
        report(f"rule {rule} and diffusers", levels, scheduler.sigmas, 1e-4)


if __name__ == "__main__":
    sys.exit(main())
