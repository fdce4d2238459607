package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.matrix.Routine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: tridiagonal form, divide and conquer, and the reflectors applied to
 * the eigenvectors. LAPACK's xSYEVD does the same in one call, but applies them 32 at a time by products that are too
 * narrow; here they go 64 at a time, and by several threads, each on eigenvectors of its own.
 */
final class SymmetricEigen {

    /** Reflectors applied together (measured at n = 768 and 2,048: 32 and 128 are slower). */
    private static final int REFLECTORS = 64;

    /** Eigenvectors that are worth a thread. */
    private static final int MIN_COLUMNS = 256;

    private final Blas blas;
    private final Real real;
    private final int n;
    private final int threads;

    SymmetricEigen(Blas blas, Real real, int n, int threads) {
        this.blas = blas;
        this.real = real;
        this.n = n;
        this.threads = threads;
    }

    /** The routines that run. */
    static final List<Routine> ROUTINES = List.of(Routine.SYTRD, Routine.STEDC);

    /**
     * The eigenvalues, ascending, and the eigenvectors, one a column.
     *
     * @param info 0, or what went wrong in the divide and conquer
     * @param values n eigenvalues
     * @param vectors n x n, column-major, to be closed by the caller; null if they were not wanted
     */
    record Solution(int info, double[] values, @Nullable NativeBuffer vectors) {}

    /**
     * Solves.
     *
     * @param a n x n, column-major; its lower triangle is read; closed here, as early as it is not needed any more
     */
    Solution solve(NativeBuffer a, boolean wantVectors) {
        NativeBuffer z;
        try {
            z = NativeBuffer.allocate(wantVectors ? (long) n * n * real.bytes() : real.bytes());
        } catch (RuntimeException | Error refused) {
            a.close();
            throw refused;
        }
        try (a;
                NativeBuffer d = NativeBuffer.allocate((long) n * real.bytes());
                NativeBuffer e = NativeBuffer.allocate((long) n * real.bytes());
                NativeBuffer tau = NativeBuffer.allocate((long) n * real.bytes())) {
            int info = Blas.onLargeStack(() -> {
                blas.tridiagonal().sytrd(Block.of(real, a.segment(), n, n), d.segment(), e.segment(), tau.segment());
                return blas.tridiagonal().stedc(real, n, d.segment(), e.segment(),
                        wantVectors ? Block.of(real, z.segment(), n, n) : null);
            });
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                values[i] = real == Real.DOUBLE
                        ? d.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i)
                        : d.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            }
            if (info != 0 || !wantVectors) {
                z.close();
                return new Solution(info, values, null);
            }
            int parts = RowRanges.count(threads, n, MIN_COLUMNS);
            RowRanges.run(Work.FACTORISATION, parts, part -> {
                int first = (int) RowRanges.start(part, parts, n);
                int last = (int) RowRanges.start(part + 1, parts, n);
                return Blas.onLargeStack(() -> {
                    applyReflectors(a.segment(), tau.segment(), z.segment(), first, last - first);
                    return part;
                });
            });
            return new Solution(0, values, z);
        } catch (RuntimeException | Error failed) {
            z.close();
            throw failed;
        }
    }

    /** Z := Q Z for some columns of Z: the last block of reflectors first. */
    private void applyReflectors(MemorySegment a, MemorySegment tau, MemorySegment z, int column, int columns) {
        int block = Math.min(REFLECTORS, n);
        long bytes = real.bytes();
        try (NativeBuffer v = NativeBuffer.allocate((long) n * block * bytes);
                NativeBuffer t = NativeBuffer.allocate((long) block * block * bytes);
                NativeBuffer w = NativeBuffer.allocate((long) block * columns * bytes);
                NativeBuffer tw = NativeBuffer.allocate((long) block * columns * bytes)) {
            int blocks = Math.ceilDiv(n - 1, block);
            for (int b = blocks - 1; b >= 0; b--) {
                int first = b * block;
                int count = Math.min(block, n - 1 - first);
                int rows = n - 1 - first;
                copyReflectors(a, first, count, rows, v.segment());
                t.segment().fill((byte) 0);
                Block reflectors = Block.of(real, v.segment(), rows, count);
                Block triangle = Block.of(real, t.segment(), count, count);
                blas.qr().larft(reflectors, tau.asSlice(first * bytes), triangle);
                Block part = Block.of(real, z.asSlice(((long) column * n + first + 1) * bytes), rows, columns, n);
                Block product = Block.of(real, w.segment(), count, columns);
                Block scaled = Block.of(real, tw.segment(), count, columns);
                blas.level3().gemm(1, reflectors.transposed(), part, 0, product);
                blas.level3().gemm(1, triangle, product, 0, scaled);
                blas.level3().gemm(-1, reflectors, scaled, 1, part);
            }
        }
    }

    /** Reflectors stand below the subdiagonal, without their ones. */
    private void copyReflectors(MemorySegment a, int first, int count, int rows, MemorySegment v) {
        long bytes = real.bytes();
        for (int j = 0; j < count; j++) {
            long to = (long) j * rows * bytes;
            v.asSlice(to, j * bytes).fill((byte) 0);
            MemorySegment.copy(a, ((long) (first + j) * n + first + 1 + j) * bytes, v, to + j * bytes,
                    (rows - j) * bytes);
            if (real == Real.DOUBLE) {
                v.set(ValueLayout.JAVA_DOUBLE, to + j * bytes, 1);
            } else {
                v.set(ValueLayout.JAVA_FLOAT, to + j * bytes, 1);
            }
        }
    }
}
