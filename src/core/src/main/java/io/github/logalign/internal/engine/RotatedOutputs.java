package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The right singular vectors of a wide W by way of its outputs: {@code v_i . x = u_i . (W x) / sigma_i}. The outputs are one
 * product of matrices, and the left singular vectors are short, so the vectors v_i need not be computed.
 *
 * <p>Rounding moves a projection by about the unit roundoff times {@code sigma_1 / sigma_i}; {@link #isAccurate} says
 * whether that is little enough.
 *
 * @param rows W, m rows of n elements, one after the other
 * @param rotation {@code u_i / sigma_i}, m directions of length m
 * @param n the input dimension
 * @param blasSource computes the outputs
 */
public record RotatedOutputs(MemorySegment rows, PackedDirections rotation, int n, BlasSource blasSource)
        implements
            Directions {

    /**
     * The largest sigma_1 / sigma_i. Sums of squared projections on a direction are off by about its square times the unit
     * roundoff, relatively: 1e-11. Wide layers of trained models have 3 to 100.
     */
    private static final double MAX_RATIO = 256;

    /** The same in single precision: 2e-4 of a share that is about 1 / m. */
    private static final double MAX_RATIO_SINGLE = 64;

    /**
     * Whether outputs can be rotated without a loss of accuracy that shows.
     *
     * @param squares the squared singular values, descending
     */
    static boolean isAccurate(double[] squares, Element working) {
        double ratio = working == Element.F64 ? MAX_RATIO : MAX_RATIO_SINGLE;
        return squares[squares.length - 1] * ratio * ratio >= squares[0];
    }

    @Override
    public int count() {
        return rotation.count();
    }

    @Override
    public MemorySegment memory() {
        return rows;
    }

    @Override
    public long room() {
        return rotation.room();
    }

    @Override
    public Directions readable() {
        return new RotatedOutputs(KernelMemory.view(rows), rotation.readable(), n, blasSource);
    }

    private Real real() {
        return WorkingTypes.real(rotation.precision());
    }

    /** The rows as BLAS sees them: column-major, n x m. */
    private Block columnsOfRows(MemorySegment memory) {
        return Block.of(real(), memory, n, count());
    }

    /** W^T U made orthonormal, from the largest singular value on. */
    @Override
    public Matrix unpacked(Arena arena) {
        Blas blas = blasSource.get();
        int m = count();
        MemorySegment target = NativeBuffer.allocate((long) m * n * real().bytes(), arena);
        try (Arena scratch = Arena.ofShared();
                NativeBuffer tau = NativeBuffer.allocate((long) m * real().bytes())) {
            Matrix u = rotation.unpacked(scratch);
            MemorySegment visible = KernelMemory.view(target);
            MemorySegment w = KernelMemory.view(rows);
            Blas.onLargeStack(() -> {
                Block found = columnsOfRows(visible);
                blas.level3().gemm(1, columnsOfRows(w), Block.of(real(), u.segment(), m, m), 0, found);
                blas.qr().geqrf(found, tau.segment());
                blas.qr().orgqr(found, m, tau.segment());
                return m;
            });
        }
        return new Matrix(target, WorkingTypes.elementType(rotation.precision()), m, n, n, Orientation.ROW_MAJOR,
                ByteOrder.nativeOrder());
    }

    @Override
    public TokenProjector projector(Products products, BlasSource source, long tokens) {
        return new OutputProjector(rotation.projector(products, source, tokens));
    }

    /** Multiplies with W, and projects the outputs on the left singular vectors. */
    private final class OutputProjector implements TokenProjector {

        /** The product packs W once for each block. */
        private static final long BLOCK_BYTES = 16L << 20;

        private final TokenProjector ofOutputs;
        private @Nullable NativeBuffer outputs;

        OutputProjector(TokenProjector ofOutputs) {
            this.ofOutputs = ofOutputs;
        }

        @Override
        public long blockBytes() {
            return BLOCK_BYTES;
        }

        @Override
        public void prepare(TokenBlocks blocks) {
            blocks.copyAll();
        }

        @Override
        public void add(MemorySegment x, long offset, long stride, int tokens, MemorySegment sums) {
            Real real = real();
            int m = count();
            outputs = NativeBuffer.ofSize(outputs, (long) m * tokens * real.bytes());
            MemorySegment y = outputs.segment();
            Block tokenColumns = Block.of(real, x.asSlice(offset), n, tokens, Math.toIntExact(stride / real.bytes()));
            Blas.onLargeStack(Work.BATCH, () -> {
                blasSource.get().level3().gemm(1, columnsOfRows(rows).transposed(), tokenColumns, 0,
                        Block.of(real, y, m, tokens));
                return m;
            });
            ofOutputs.add(y, 0, (long) m * real.bytes(), tokens, sums);
        }

        @Override
        public Set<Routine> routines() {
            Set<Routine> all = EnumSet.of(Routine.GEMM);
            all.addAll(ofOutputs.routines());
            return all;
        }

        @Override
        public void close() {
            ofOutputs.close();
            if (outputs != null) {
                outputs.close();
            }
        }
    }
}
