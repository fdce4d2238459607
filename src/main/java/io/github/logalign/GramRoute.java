package io.github.logalign;

import io.github.logalign.Factors.Vectors;
import io.github.logalign.blas.Blas;
import io.github.logalign.blas.Real;
import io.github.logalign.blas.Scratch;
import io.github.logalign.simd.Element;
import io.github.logalign.simd.GramLayout;
import io.github.logalign.simd.Kernels;
import io.github.logalign.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Singular values and right singular vectors from the eigenvectors of the Gram matrix of the shorter side, which is summed
 * up by the vector kernel where that is the fastest, else by BLAS. In single
 * precision the products are taken in float32, block by block, and summed in float64; the eigenvectors are always found in
 * float64.
 */
final class GramRoute {

    /** Multiplications from which on the kernel's compilation, a second in the background, is worth it. */
    private static final double LARGE = 5e9;

    /** Rows after which the kernel is asked again whether it is fast. */
    private static final int BLOCK_ROWS = 1024;

    /** Rows that are packed together: enough that loading and storing the matrix is forgotten. */
    private static final int DEPTH = 256;

    /** Rows that are widened together: they are still in the cache when they are packed. */
    private static final int READ_ROWS = 16;

    private final Kernels kernels = Simd.kernels();
    private final int width;
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
        this.width = kernels.panelWidth(w.element());
    }

    /** W is not empty and not zero. */
    static Factors run(WeightSource w, Blas blas, boolean wantVectors) {
        GramRoute route = new GramRoute(w, blas, wantVectors);
        return w.rows() >= w.columns() ? route.tall() : route.wide();
    }

    private Factors tall() {
        if ((double) m * n * n >= LARGE) {
            kernels.warmUpGram();
        }
        int stride = GramLayout.stride(n, width);
        int parts = w.parts();
        List<Scratch> grams = IntStream.range(0, parts)
                .mapToObj(part -> Scratch.allocate(GramLayout.size(n, width) * Double.BYTES))
                .toList();
        Scratch gram = grams.getFirst();
        try {
            List<Set<String>> products = Parts.run(parts, part -> addUp(
                    part, parts, grams.get(part).segment().fill((byte) 0)));
            for (Scratch other : grams.subList(1, parts)) {
                addUpperTriangle(other.segment(), Element.F64, stride, gram.segment(), stride);
                other.close();
            }
            for (long column = 1; column < n && stride > n; column++) {
                MemorySegment.copy(gram.segment(), column * stride * Double.BYTES, gram.segment(),
                        column * n * Double.BYTES, (column + 1) * Double.BYTES);
            }
            String product = products.stream().flatMap(Set::stream).sorted().distinct()
                    .collect(Collectors.joining("+"));
            double[] squares = eigen(gram.segment(), n);
            if (!wantVectors) {
                gram.close();
                return factors(squares, product, "", null);
            }
            // Eigenvalues ascend, singular values descend: the last column is the first direction.
            return factors(squares, product, "", new Vectors(gram, Element.F64, (long) (n - 1) * n, -n, 1));
        } catch (RuntimeException | Error failed) {
            grams.forEach(Scratch::close);
            throw failed;
        }
    }

    /** Sums up the rows of one part, by the kernel as soon as it is fast, and tells what was used. */
    private Set<String> addUp(int part, int parts, MemorySegment gram) {
        Set<String> products = new HashSet<>();
        try (WeightSource.RowRange range = w.rows(part, parts)) {
            for (int row = range.first(); row < range.end(); row += BLOCK_ROWS) {
                int count = Math.min(BLOCK_ROWS, range.end() - row);
                if (kernels.hasFastGram(w.element())) {
                    addByKernel(range, row, count, gram);
                    products.add("products");
                } else {
                    addBySyrk(range, row, count, gram);
                    products.add(real.routine("syrk"));
                }
            }
        }
        return products;
    }

    private void addByKernel(WeightSource.RowRange range, int row, int rows, MemorySegment gram) {
        try (Scratch plain = w.scratch((long) READ_ROWS * n);
                Scratch packed = w.scratch(GramLayout.packedSize(n, width, DEPTH))) {
            for (int start = 0; start < rows; start += DEPTH) {
                int depth = Math.min(DEPTH, rows - start);
                for (int first = 0; first < depth; first += READ_ROWS) {
                    int count = Math.min(READ_ROWS, depth - first);
                    range.read(row + start + first, count, false, plain.segment());
                    kernels.packGram(w.element(), plain.segment(), first, count, depth, n, packed.segment());
                }
                kernels.addGram(w.element(), packed.segment(), depth, n, gram);
            }
        }
    }

    private void addBySyrk(WeightSource.RowRange range, int row, int rows, MemorySegment gram) {
        int stride = GramLayout.stride(n, width);
        boolean single = w.precision() == Precision.SINGLE;
        try (Scratch block = w.scratch((long) rows * n);
                Scratch partial = w.scratch(single ? (long) n * n : 1)) {
            range.read(row, rows, false, block.segment());
            Blas.onLargeStack(() -> {
                if (single) {
                    blas.syrk(real, Blas.NO, n, rows, block.segment(), n, 0, partial.segment(), n);
                    addUpperTriangle(partial.segment(), Element.F32, n, gram, stride);
                } else {
                    blas.syrk(real, Blas.NO, n, rows, block.segment(), n, 1, gram, stride);
                }
                return rows;
            });
        }
    }

    /** Adds upper triangles, column-major with leading dimensions. */
    private void addUpperTriangle(MemorySegment added, Element type, int addedStride, MemorySegment to, int stride) {
        for (int column = 0; column < Math.min(m, n); column++) {
            for (int row = 0; row <= column; row++) {
                long from = (long) column * addedStride + row;
                double addend = type == Element.F64
                        ? added.getAtIndex(ValueLayout.JAVA_DOUBLE, from)
                        : added.getAtIndex(ValueLayout.JAVA_FLOAT, from);
                long at = (long) column * stride + row;
                to.setAtIndex(ValueLayout.JAVA_DOUBLE, at, to.getAtIndex(ValueLayout.JAVA_DOUBLE, at) + addend);
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
                return factors(squares, real.routine("syrk"), "", null);
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
            return factors(squares, real.routine("syrk"), "+" + real.routine("geqrf"),
                    new Vectors(directions, w.element(), 0, n, 1));
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
                addUpperTriangle(partial.segment(), Element.F32, m, gram, m);
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

    private static Factors factors(double[] squares, String product, String after, @Nullable Vectors vectors) {
        return new Factors(squares, Method.GRAM, product + "+dsyevd" + after, vectors);
    }
}
