"""numpy's round of the comparison: as compare/Round.java. Arguments: method, repetitions, W.npy, and X.npy if there is one."""
import sys
import time

import numpy as np


def spectrum(w, method):
    """p, descending, and the right singular vectors, one a row."""
    if method == "svd":
        _, sigma, v = np.linalg.svd(w.astype(np.float64), full_matrices=False)
        squares = sigma**2
    else:
        wide = w.astype(np.float64)
        squares, vectors = np.linalg.eigh(wide.T @ wide)
        squares, v = np.maximum(squares[::-1], 0), vectors.T[::-1]
    return squares / squares.sum(), v


def score(w, x, method):
    p, v = spectrum(w, method)
    if x is None:
        return p, float("nan")
    wide = x.astype(np.float64)
    q = ((wide @ v.T) ** 2).sum(axis=0) / (wide**2).sum()
    return p, 1 + np.log((p * q).sum()) / (2 * np.log(w.shape[1]))


def main():
    method, repetitions = sys.argv[1], int(sys.argv[2])
    w = np.load(sys.argv[3])
    x = np.load(sys.argv[4]) if len(sys.argv) > 4 else None
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        p, lar = score(w, x, method)
        seconds.append(time.perf_counter() - start)
    print("version numpy", np.__version__)
    print("seconds", *seconds)
    print("lar", lar)
    print("largest", p[0])
    print("entropy", -(p[p > 0] * np.log(p[p > 0])).sum())


main()
