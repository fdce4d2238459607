package io.github.logalign;

import io.github.logalign.Factors.Vectors;
import io.github.logalign.blas.Blas;
import io.github.logalign.blas.Real;
import io.github.logalign.blas.Scratch;
import io.github.logalign.simd.Element;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Singular values and right singular vectors from the eigenvectors of the Gram matrix of the shorter side. In single
 * precision the products are taken in float32, block by block, and summed in float64; the eigenvectors are always found in
 * float64.
 */
final class GramRoute {

    private final WeightSource w;
    private final Blas blas;
    private final boolean wantVectors;
    private final Real real;
    private final int m;
    private final int n;

    private GramRoute(WeightSource w, Blas blas, boolean wantVectors) {
        this.w = w;
        this.blas = blas;
        this.wantVectors = wantVectors;
        this.real = w.precision().real();
        this.m = w.rows();
        this.n = w.columns();
    }

    /** W is not empty and not zero. */
    static Factors run(WeightSource w, Blas blas, boolean wantVectors) {
        GramRoute route = new GramRoute(w, blas, wantVectors);
        return w.rows() >= w.columns() ? route.tall() : route.wide();
    }

    private Factors tall() {
        int parts = w.parts();
        List<Scratch> grams = IntStream.range(0, parts)
                .mapToObj(part -> Scratch.allocate((long) n * n * Double.BYTES))
                .toList();
        Scratch gram = grams.getFirst();
        try {
            Parts.run(parts, part -> {
                addUpBlocks(part, parts, grams.get(part).segment());
                return part;
            });
            for (Scratch other : grams.subList(1, parts)) {
                addUpperTriangle(other.segment(), Element.F64, gram.segment(), n);
                other.close();
            }
            double[] squares = eigen(gram.segment(), n);
            if (!wantVectors) {
                gram.close();
                return factors(squares, "", null);
            }
            // Eigenvalues ascend, singular values descend: the last column is the first direction.
            return factors(squares, "", new Vectors(gram, Element.F64, (long) (n - 1) * n, -n, 1));
        } catch (RuntimeException | Error failed) {
            grams.forEach(Scratch::close);
            throw failed;
        }
    }

    private void addUpBlocks(int part, int parts, MemorySegment gram) {
        boolean single = w.precision() == Precision.SINGLE;
        gram.fill((byte) 0);
        try (Scratch partial = w.scratch(single ? (long) n * n : 1)) {
            w.forEachBlock(part, parts, false, (block, count) -> {
                if (single) {
                    blas.syrk(real, Blas.NO, n, count, block, n, 0, partial.segment(), n);
                    addUpperTriangle(partial.segment(), Element.F32, gram, n);
                } else {
                    blas.syrk(real, Blas.NO, n, count, block, n, 1, gram, n);
                }
            });
        }
    }

    private static void addUpperTriangle(MemorySegment added, Element type, MemorySegment to, int order) {
        for (int column = 0; column < order; column++) {
            long start = (long) column * order;
            for (int row = 0; row <= column; row++) {
                double addend = type == Element.F64
                        ? added.getAtIndex(ValueLayout.JAVA_DOUBLE, start + row)
                        : added.getAtIndex(ValueLayout.JAVA_FLOAT, start + row);
                to.setAtIndex(
                        ValueLayout.JAVA_DOUBLE, start + row,
                        to.getAtIndex(ValueLayout.JAVA_DOUBLE, start + row) + addend);
            }
        }
    }

    /** Squared singular values, descending; the matrix becomes its eigenvectors, ascending. */
    private double[] eigen(MemorySegment gram, int order) {
        try (Scratch values = Scratch.allocate((long) order * Double.BYTES)) {
            int info = Blas.onLargeStack(
                    () -> blas.syevd(Real.DOUBLE, wantVectors, order, gram, order, values.segment()));
            if (info != 0) {
                throw new LogalignException("the Gram matrix of the " + m + " x " + n + " weights has no eigenvectors: "
                        + Blas.explain("dsyevd", info) + "; use the SVD");
            }
            double[] squares = new double[order];
            for (int i = 0; i < order; i++) {
                // Rounding can carry an eigenvalue of 0 below it.
                squares[i] = Math.max(0, values.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, order - 1 - i));
            }
            return squares;
        }
    }

    /** W W^T = U S^2 U^T; the columns of W^T U, made orthonormal from the largest on, are the directions. */
    private Factors wide() {
        Scratch directions = w.scratch(wantVectors ? (long) n * m : 1);
        try (Scratch transposed = w.scratch((long) n * m);
                Scratch gram = Scratch.allocate((long) m * m * Double.BYTES)) {
            w.readRows(transposed.segment());
            gramOfColumns(transposed.segment(), gram.segment());
            double[] squares = eigen(gram.segment(), m);
            if (!wantVectors) {
                directions.close();
                return factors(squares, "", null);
            }
            try (Scratch u = w.scratch((long) m * m);
                    Scratch tau = w.scratch(m)) {
                reverseColumns(gram.segment(), u.segment());
                Blas.onLargeStack(() -> {
                    blas.gemm(
                            real, Blas.NO, Blas.NO, n, m, m, 1, transposed.segment(), n, u.segment(), m, 0,
                            directions.segment(), n);
                    blas.geqrf(real, n, m, directions.segment(), n, tau.segment());
                    blas.orgqr(real, n, m, m, directions.segment(), n, tau.segment());
                    return m;
                });
            }
            return factors(squares, "+" + real.routine("geqrf"), new Vectors(directions, w.element(), 0, n, 1));
        } catch (RuntimeException | Error failed) {
            directions.close();
            throw failed;
        }
    }

    private void gramOfColumns(MemorySegment transposed, MemorySegment gram) {
        if (w.precision() == Precision.DOUBLE) {
            Blas.onLargeStack(() -> {
                blas.syrk(real, Blas.TRANSPOSED, m, n, transposed, n, 0, gram, m);
                return m;
            });
            return;
        }
        try (Scratch partial = w.scratch((long) m * m)) {
            gram.fill((byte) 0);
            Blas.onLargeStack(() -> {
                blas.syrk(real, Blas.TRANSPOSED, m, n, transposed, n, 0, partial.segment(), m);
                addUpperTriangle(partial.segment(), Element.F32, gram, m);
                return m;
            });
        }
    }

    private void reverseColumns(MemorySegment eigenvectors, MemorySegment u) {
        for (int column = 0; column < m; column++) {
            long from = (long) (m - 1 - column) * m;
            long to = (long) column * m;
            for (int row = 0; row < m; row++) {
                double value = eigenvectors.getAtIndex(ValueLayout.JAVA_DOUBLE, from + row);
                if (w.element() == Element.F64) {
                    u.setAtIndex(ValueLayout.JAVA_DOUBLE, to + row, value);
                } else {
                    u.setAtIndex(ValueLayout.JAVA_FLOAT, to + row, (float) value);
                }
            }
        }
    }

    private Factors factors(double[] squares, String after, @Nullable Vectors vectors) {
        return new Factors(squares, Method.GRAM, real.routine("syrk") + "+dsyevd" + after, vectors);
    }
}
