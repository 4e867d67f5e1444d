"""Checks exported networks with the onnx checker and onnxruntime.

  pip install onnx onnxruntime numpy
  flowdistill construct paper:0 --tolerance 1e-6 -o net.fdnet --onnx net.onnx
  python3 Scripts/check-onnx.py net.fdnet net.onnx
  python3 Scripts/check-onnx.py --ten .build/release/flowdistill
  python3 Scripts/check-onnx.py --unequal .build/release/flowdistill

Evaluates the .fdnet file in NumPy and the ONNX file in ONNX Runtime at random points, both in the
ONNX file's precision, and prints the largest difference relative to the largest value. With --ten it
makes ten exports itself, with --unequal four of mixtures with diagonal and with full covariances. The
limit is 1e-12 in float64 and 1e-5 in float32, or ten times the network's own rounding where that is
more: the largest difference of NumPy's values when every layer sums its inputs in reverse.
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

# Mixture, sigma_0 where the mixture takes one, and what else `construct` is told.
EXPORTS = [
    "paper:0 --tolerance 1e-6",
    "paper:0 --tolerance 1e-10 --time 0.3",
    "paper:0 --sigma0 0.1 --tolerance 1e-6",
    "paper:0 --sigma0 0.01 --tolerance 1e-4",
    "paper:1 --sigma0 0.1 --tolerance 1e-3 --time 0.9",
    "paper:0 --tolerance 1e-6 --variant pure",
    "paper:0 --sigma0 0.1 --tolerance 1e-8 --variant log-log",
    "paper:0 --tolerance 1e-6 --float32",
    "paper:0 --sigma0 0.01 --tolerance 1e-6 --norm l2 --variant single --float32",
    "paper:2 --sigma0 0.1 --tolerance 1e-6 --time 0.5 --process vp-linear --norm l2",
]


def read_fdnet(path):
    """The metadata and the tensors of a safetensors file."""
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    metadata = header.pop("__metadata__")
    types = {"I64": np.int64, "F64": np.float64}
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], types[entry["dtype"]])
    return metadata, tensors


def evaluate(metadata, tensors, x, step=1):
    for layer in range(int(metadata["layers"])):
        part = {k: tensors[f"layer.{layer}.{k}"] for k in
                ("row_starts", "columns", "activations", "values", "biases")}
        weights = np.zeros((len(part["biases"]), x.shape[1]), x.dtype)
        rows = np.repeat(np.arange(len(part["biases"])), np.diff(part["row_starts"]))
        weights[rows, part["columns"]] = part["values"]
        # Contiguous copies, so that the products really sum in this order.
        columns = np.ascontiguousarray(x[:, ::step])
        x = columns @ np.ascontiguousarray(weights[:, ::step]).T + part["biases"].astype(x.dtype)
        kinds = part["activations"]
        x = np.where(kinds == 0, x, np.maximum(x, 0))
        x = np.where(kinds == 2, x * x, x)
    return x


def check(fdnet, exported):
    """Whether ONNX Runtime reproduces the network."""
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    metadata, tensors = read_fdnet(fdnet)
    single = model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    dtype, limit = (np.float32, 1e-5) if single else (np.float64, 1e-12)
    random = np.random.default_rng(0)
    x = (3 * random.standard_normal((1000, int(metadata["inputs"])))).astype(dtype)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    found = session.run(None, {"x": x})[0]
    expected = evaluate(metadata, tensors, x)
    largest = np.abs(expected).max()
    rounding = np.abs(evaluate(metadata, tensors, x, -1) - expected).max() / largest
    error = np.abs(found - expected).max() / largest
    limit = max(limit, 10 * rounding)
    print(f"{model.graph.node.__len__()} operators, opset {model.opset_import[0].version}, "
          f"{np.dtype(dtype).name}: relative difference {error:.2e}, own rounding {rounding:.2e}, "
          f"limit {limit:.0e}")
    return error <= limit


def mixtures(d=5, components=4):
    """Mixtures whose components have different covariances, as the files hold them."""
    generator = np.random.default_rng(1)
    means = generator.standard_normal((components, d)) * 2
    variances = 0.2 + generator.random((components, d))
    factors = generator.standard_normal((components, d, d))
    matrices = factors @ factors.transpose(0, 2, 1) / d + 0.2 * np.eye(d)
    matrices = (matrices + matrices.transpose(0, 2, 1)) / 2
    for kind, entry in (("diag", {"variances": variances.tolist()}),
                        ("full", {"matrices": matrices.tolist()})):
        yield kind, {
            "format": "flowdistill.mixture/1", "weights": [1 / components] * components,
            "means": means.tolist(), "covariances": {"type": kind, **entry}}


def check_unequal(flowdistill):
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, mixture in mixtures():
            for precision in ([], ["--float32"]):
                path = pathlib.Path(folder) / "mixture.json"
                path.write_text(json.dumps(mixture))
                net, exported = (str(path.with_suffix(s)) for s in (".fdnet", ".onnx"))
                subprocess.run(
                    [flowdistill, "construct", str(path), "--tolerance", "1e-6", "-o", net,
                     "--onnx", exported, *precision], check=True, capture_output=True)
                print(kind, *precision, end=": ")
                results.append(check(net, exported))
    return all(results)


def check_ten(flowdistill):
    results = []
    with tempfile.TemporaryDirectory() as folder:
        fdnet, exported = (str(pathlib.Path(folder) / name) for name in ("net.fdnet", "net.onnx"))
        for export in EXPORTS:
            command = [flowdistill, "construct", *export.split(), "-o", fdnet, "--onnx", exported,
                       "--samples", "2"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            print(export, end=": ", flush=True)
            results.append(check(fdnet, exported))
    return all(results)


if sys.argv[1] == "--unequal":
    sys.exit(not check_unequal(sys.argv[2]))
if sys.argv[1] == "--ten":
    sys.exit(not check_ten(sys.argv[2]))
sys.exit(not check(*sys.argv[1:]))
