/// Every command with what `--json` must print at least (formats.md); adding one is one line.
let commands: [(name: String, arguments: [String], keys: [String])] = [
  (
    "fit", ["x-many.csv", "--components", "2", "--covariance", "diag", "-o", "new.json"],
    [
      "output", "count", "mean_log_likelihood", "bic", "aic", "parameters", "converged", "trace",
      "covariance_floor",
    ]
  ),
  (
    "sample", ["m.json", "--time", "0.5", "--count", "20", "-o", "new.npy"],
    ["output", "count", "seconds"]
  ),
  (
    "evaluate-field",
    ["m.json", "x.npy", "--time", "0.5", "--quantity", "velocity-jacobian", "-o", "new.npy"],
    ["output", "count", "seconds", "evaluations", "error_estimate"]
  ),
  (
    "transport", ["m.json", "x.npy", "--from", "1", "--to", "0", "-o", "new.npy"],
    ["output", "count", "seconds", "evaluations", "error_estimate", "kinds"]
  ),
  (
    "stability", ["m.json", "--times", "0,0.5,1"],
    [
      "state", "diameter", "times", "two_sided", "one_sided", "cumulative", "cumulative_horizon",
      "one_sided_amplification", "information", "typical_log_amplification", "kinds",
    ]
  ),
  (
    "stability", ["m.json", "--times", "0,0.5,1", "--measure", "20", "--seed", "3"],
    ["state", "two_sided", "kinds", "measured"]
  ),
  (
    "stability",
    ["m-unequal.json", "--noise-levels", "0,1", "--state", "edm", "--report", "new.html"],
    ["state", "noise_levels", "sharp_two_sided", "trajectory_offset", "ball", "reason"]
  ),
  (
    "construct",
    ["m.json", "--tolerance", "1e-4", "--samples", "20", "--sweep", "-o", "new.fdnet"],
    [
      "output", "certificate", "depth", "width", "weights", "largest_weight", "measured_error",
      "kinds", "sweep",
    ]
  ),
  (
    "construct",
    [
      "m.json", "--tolerance", "1e-3", "--uniform-in-time", "--from", "0.01", "--samples", "20",
      "--onnx", "new.onnx", "--svg", "new.svg", "-o", "new.fdnet",
    ],
    [
      "output", "certificate", "depth", "width", "weights", "largest_weight", "measured_error",
      "measured_error_float32", "measured_at", "rounding_dominates", "kinds",
    ]
  ),
  (
    "construct",
    [
      "m.json", "--tolerance", "1e-3", "--flow-map", "--segments", "3", "--scheme", "heun",
      "--rule",
      "uniform", "--samples", "20", "-o", "new.fdnet",
    ],
    [
      "output", "scheme", "rule", "times", "certificate", "depth", "width", "weights",
      "largest_weight", "measured_error", "measured_error_float32", "relative_mse",
      "standard_error", "relative_mse_upper_95", "samples", "kinds",
    ]
  ),
  (
    "construct",
    ["m-unequal.json", "--tolerance", "1e-4", "--samples", "20", "-o", "new.fdnet"],
    [
      "output", "certificate", "depth", "width", "weights", "largest_weight", "measured_error",
      "kinds",
    ]
  ),
  (
    "mismatch",
    ["m.json", "--budget", "2", "--segments", "2", "--samples", "64", "--batch", "16"],
    [
      "budget", "confidence", "samples", "batch", "one_step", "n_steps", "segments", "rule",
      "times", "necessary_steps", "sufficient_steps", "kinds",
    ]
  ),
  (
    "grid", ["m.json", "--segments", "3", "--rule", "uniform"],
    ["format", "rule", "process", "times", "kind"]
  ),
  (
    "compare-grids",
    [
      "m.json", "suite:cantor-8", "--rules", "uniform,information", "--segments", "2,3",
      "--samples", "100", "--no-oracle", "-o", "new.csv", "--report", "new.html",
    ],
    [
      "process", "end", "samples", "seed", "rules", "samplers", "segments", "cases", "means",
      "kinds",
    ]
  ),
  (
    "grid",
    [
      "m.json", "--segments", "3", "--rule", "karras", "--process", "ve", "--export",
      "k-diffusion", "-o", "new.txt",
    ],
    ["format", "rule", "process", "times", "kind", "export"]
  ),
  (
    "grid", ["--profile", "p.csv", "--segments", "3"],
    ["format", "rule", "process", "times", "kind"]
  ),
  (
    "learn",
    [
      "x-many.csv", "--steps", "3", "--batch", "8", "--width", "8", "--depth", "2", "-o",
      "new.safetensors",
    ],
    ["output", "rows", "dimension", "steps", "training", "held_out", "seconds", "kinds"]
  ),
  (
    "stability", ["teacher.safetensors", "--measure", "10", "--profile", "new.csv"],
    [
      "state", "times", "noise_levels", "rms_rate", "rms_amplification", "log_norm", "samples",
      "kinds",
    ]
  ),
  (
    "sample", ["teacher.safetensors", "--time", "0", "--count", "20", "-o", "new.npy"],
    ["output", "count", "seconds"]
  ),
  (
    "distill",
    ["teacher.safetensors", "--segments", "2", "--rule", "uniform", "-o", "new"]
      + Workplace.quick,
    ["output", "segments", "rule", "recipe", "steps", "seconds", "last_loss"]
  ),
  (
    "evaluate", ["learned", "--samples", "30", "--data", "x-many.csv"],
    ["relative_mse", "negative_log_likelihood", "segments", "samples", "data", "kinds"]
  ),
  (
    "generate", ["learned", "--count", "20", "-o", "new.npy"],
    ["output", "count", "seconds", "evaluations", "start"]
  ),
  ("report", ["learned", "-o", "new.html"], ["output", "runs", "bytes", "seconds"]),
  (
    "distill", ["m.json", "--segments", "2", "-o", "new"] + Workplace.quick,
    ["output", "segments", "rule", "recipe", "steps", "seconds", "last_loss"]
  ),
  (
    "distill",
    [
      "m.json", "--segments", "2", "--student", "constructed", "--steps-per-segment", "2", "-o",
      "new",
    ],
    ["output", "segments", "rule", "recipe", "steps", "seconds", "certificates"]
  ),
  (
    "evaluate", ["run", "--samples", "30"],
    [
      "relative_mse", "standard_error", "negative_log_likelihood", "segments", "samples", "kinds",
      "lipschitz_certificates",
    ]
  ),
  (
    "evaluate", ["run", "--samples", "30", "--no-certificates"],
    ["relative_mse", "standard_error", "segments"]
  ),
  (
    "generate", ["run", "--count", "20", "-o", "new.npy"],
    ["output", "count", "seconds", "evaluations", "start"]
  ),
  (
    "reproduce",
    [
      "score", "--steps", "3", "--only", "width=64,128", "--only", "t=0.9", "--seeds", "0", "-o",
      "new",
    ],
    ["output", "experiment", "scale", "teacher", "cells", "computed", "seconds", "tables", "kind"]
  ),
  (
    "reproduce", ["collect", "experiment", "-o", "new"],
    ["output", "experiment", "scale", "teacher", "cells", "computed", "seconds", "tables", "kind"]
  ),
  ("reproduce", ["depth", "--list", "-o", "new"], ["cells"]),
  ("report", ["run", "-o", "new.html"], ["output", "runs", "bytes", "seconds"]),
]
