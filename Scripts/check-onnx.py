"""Checks an exported network with the onnx checker and onnxruntime.

  pip install onnx onnxruntime numpy
  flowdistill construct paper:0 --tolerance 1e-6 -o net.fdnet --onnx net.onnx
  python3 Scripts/check-onnx.py net.fdnet net.onnx
  python3 Scripts/check-onnx.py --construct .build/release/flowdistill

Evaluates the .fdnet file in NumPy and the ONNX file in ONNX Runtime at random points, both in the
ONNX file's precision, and prints the largest difference relative to the largest value. The second
form constructs scores of mixtures with diagonal and with full covariances and checks each in float64
and float32.
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


def evaluate(metadata, tensors, x):
    for layer in range(int(metadata["layers"])):
        part = {k: tensors[f"layer.{layer}.{k}"] for k in
                ("row_starts", "columns", "activations", "values", "biases")}
        weights = np.zeros((len(part["biases"]), x.shape[1]), x.dtype)
        rows = np.repeat(np.arange(len(part["biases"])), np.diff(part["row_starts"]))
        weights[rows, part["columns"]] = part["values"]
        x = x @ weights.T + part["biases"].astype(x.dtype)
        kinds = part["activations"]
        x = np.where(kinds == 0, x, np.maximum(x, 0))
        x = np.where(kinds == 2, x * x, x)
    return x


def check(fdnet, exported):
    """Prints the difference; whether it is too large."""
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    metadata, tensors = read_fdnet(fdnet)
    single = model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    dtype, limit = (np.float32, 1e-5) if single else (np.float64, 1e-12)
    generator = np.random.default_rng(0)
    x = (3 * generator.standard_normal((1000, int(metadata["inputs"])))).astype(dtype)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    found = session.run(None, {"x": x})[0]
    expected = evaluate(metadata, tensors, x)
    error = np.abs(found - expected).max() / np.abs(expected).max()
    print(f"{len(model.graph.node)} operators, opset {model.opset_import[0].version}: "
          f"relative difference {error:.2e}, limit {limit:.0e}")
    return bool(error > limit)


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


def check_constructed(flowdistill):
    failed = False
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
                failed |= check(net, exported)
    return failed


if sys.argv[1] == "--construct":
    sys.exit(check_constructed(sys.argv[2]))
sys.exit(check(*sys.argv[1:]))
