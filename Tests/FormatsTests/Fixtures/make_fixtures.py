"""Makes the fixtures beside it with NumPy and Python's gzip: python3 make_fixtures.py"""
import gzip, io, json, os, struct
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))


def put(name, data):
    with open(os.path.join(here, name), "wb") as file:
        file.write(data)


def npy(name, x, version=(1, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, x, version=version)
    put(name, out.getvalue())


x = np.array([[0.1, -0.0, 5e-324], [1.7976931348623157e308, 1 / 3, -2.5]])
npy("c-f8.npy", x)
npy("fortran-f8.npy", np.asfortranarray(x))
npy("c-f4.npy", np.array([[0.1, 2], [-3, 1e-45]], dtype="<f4"))
npy("version2.npy", x, (2, 0))
npy("version3.npy", x, (3, 0))
npy("cube-fortran.npy", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
npy("line.npy", np.arange(3.0))
npy("scalar.npy", np.array(7.5))
npy("empty.npy", np.zeros((0, 3)))
npy("big-endian.npy", x.astype(">f8"))
npy("int64.npy", np.arange(6).reshape(2, 3))
npy("nan.npy", np.array([[1.0, 2.0], [3.0, np.nan]]))
npy("structured.npy", np.zeros(2, dtype=[("a", "<f8")]))

text = b"x,y\r\n0.1,-2e3\r\n3,5e-324\r\n"
member = lambda data: gzip.compress(data, mtime=0)
put("two.csv.gz", member(text))
put("members.csv.gz", member(text[:9]) + member(text[9:]) + bytes(64))
buffer = io.BytesIO()
np.savetxt(buffer, x[:, :2], header="a b")
put("savetxt.txt", buffer.getvalue())

header = json.dumps({
    "__metadata__": {"step": "12"},
    "b": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]},
    "a": {"dtype": "F64", "shape": [1, 2], "data_offsets": [0, 16]},
    "n": {"dtype": "I64", "shape": [], "data_offsets": [16, 24]},
}).encode()
header += b" " * (-len(header) % 8)
data = struct.pack("<QddqII", 0, 1.5, -0.0, -9, 0x7FC00123, 0x3F800000)[8:]
put("three.safetensors", struct.pack("<Q", len(header)) + header + data)
