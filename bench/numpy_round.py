"""numpy's round of the comparison: as compare/Round.java. Arguments: contestant, repetitions, W, and X if there is one."""
import json
import struct
import sys
import time

import numpy as np


def read(path):
    """An array of npy, or the only tensor of a safetensors file: bfloat16 as its bits."""
    if path.endswith(".npy"):
        return np.load(path)
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        shape = next(iter(header.values()))["shape"]
        return np.frombuffer(file.read(), np.uint16).reshape(shape)


def widened(a, dtype):
    if a.dtype == np.uint16:
        bits = a.astype(np.uint32)
        bits <<= 16
        a = bits.view(np.float32)
    return a.astype(dtype, copy=False)


def energy(a):
    """The sum of squares, without an array of them."""
    return np.vdot(a, a)


def squared_projections(y):
    return np.einsum("ij,ij->j", y, y)


def spectrum(w, method):
    """p, descending, and the right singular vectors, one a row. W is not wide, or the method is svd."""
    if method == "svd":
        _, sigma, v = np.linalg.svd(w, full_matrices=False)
        squares = sigma**2
    else:
        squares, vectors = np.linalg.eigh(w.T @ w)
        squares, v = np.maximum(squares[::-1], 0), vectors.T[::-1]
    return squares / squares.sum(), v


def score(w, x, method, dtype=np.float64):
    w = widened(w, dtype)
    if x is None:
        return spectrum(w, method)[0], float("nan")
    x = widened(x, dtype)
    if method == "gram" and w.shape[0] < w.shape[1]:
        squares, u = np.linalg.eigh(w @ w.T)
        squares, u = squares[::-1], u[:, ::-1]
        p = squares / squares.sum()
        q = squared_projections((x @ w.T) @ u) / (squares * energy(x))
    else:
        p, v = spectrum(w, method)
        q = squared_projections(x @ v.T) / energy(x)
    return p, lar((p * q).sum(), w.shape[1])


def norm(w, x, dtype):
    w, x = widened(w, dtype), widened(x, dtype)
    return lar(energy(x @ w.T) / (energy(w) * energy(x)), w.shape[1])


def lar(overlap, n):
    return 1 + np.log(overlap) / (2 * np.log(n))


def model(w, x):
    """As compare/ModelLayers.java."""
    narrow = x[:2048]
    wide = (w[:3072].reshape(768, 3072), x.reshape(2048, 3072))
    block = [(w[: 3 * 768], narrow), (w[:768], narrow), (w[:3072], narrow), wide]
    return 12 * block + [(w, narrow)]


def small(w, x):
    return [(w[512 * (i % 50) : 512 * (i % 50 + 1)], x) for i in range(2000)]


def compute(contestant, w, x):
    dtype = np.float32 if contestant.endswith("single") else np.float64
    if contestant.startswith("model norm"):
        return None, np.mean([norm(*layer, dtype) for layer in model(w, x)])
    if contestant == "small gram":
        return None, np.mean([score(*layer, "gram")[1] for layer in small(w, x)])
    return score(w, x, contestant.split()[0], dtype)


def main():
    contestant, repetitions = sys.argv[1], int(sys.argv[2])
    w = read(sys.argv[3])
    x = read(sys.argv[4]) if len(sys.argv) > 4 else None
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        p, found = compute(contestant, w, x)
        seconds.append(time.perf_counter() - start)
    print("version numpy", np.__version__)
    print("seconds", *seconds)
    print("lar", found)
    if p is not None:
        print("largest", p[0])
        print("entropy", -(p[p > 0] * np.log(p[p > 0])).sum())


main()
