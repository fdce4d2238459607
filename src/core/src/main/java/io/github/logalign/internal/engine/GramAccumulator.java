package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.BlasException;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.GramLayout;
import io.github.logalign.internal.simd.KernelKind;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Gram matrix A^T A of rows that arrive in blocks: with the vector kernel where it is the fastest, else with BLAS.
 * In single precision the products are computed in float32, block by block, and summed in float64.
 *
 * <p>For one thread.
 */
public final class GramAccumulator implements AutoCloseable {

    /** Multiplications from which on the kernel gains more than a few milliseconds, even where it is compiled. */
    private static final double WORTH_THE_KERNEL = 1e8;

    /** Rows after which the kernel is asked again whether it is ready. */
    private static final int BLOCK_ROWS = 1024;

    /** Rows that are widened together: they are still in the cache when they are packed. */
    private static final int READ_ROWS = 16;

    private final Kernels kernels = Simd.kernels();
    private final Work work;
    private final Element working;
    private final Real real;
    private final Products products;
    private final BlasSource blasSource;
    private final int n;
    private final GramLayout layout;
    private final GramTriangle sums;
    private final @Nullable NativeBuffer scratch;
    private final Set<Routine> routines = EnumSet.noneOf(Routine.class);

    /** Where rows come from. */
    public interface Rows {

        /** Writes rows of the working type, each contiguous. */
        void read(int row, int count, MemorySegment target);
    }

    /** An empty sum of batches, to be closed. */
    public GramAccumulator(Precision precision, Products products, BlasSource blasSource, int n) {
        this(Work.BATCH, precision, products, blasSource, n, null);
    }

    private GramAccumulator(
            Work work, Precision precision, Products products, BlasSource blasSource, int n, @Nullable Arena arena) {
        this.work = work;
        this.working = WorkingTypes.element(precision);
        this.real = WorkingTypes.real(precision);
        this.products = products;
        this.blasSource = blasSource;
        this.n = n;
        this.layout = GramLayout.of(kernels, working, n);
        long bytes = layout.size() * Double.BYTES;
        if (arena == null) {
            NativeBuffer closed = NativeBuffer.allocate(bytes);
            this.scratch = closed;
            this.sums = new GramTriangle(closed.segment(), n, layout.stride());
        } else {
            this.scratch = null;
            this.sums = new GramTriangle(NativeBuffer.allocate(bytes, arena), n, layout.stride());
        }
        NativeBuffer.clear(sums.memory());
    }

    @Override
    public void close() {
        if (scratch != null) {
            scratch.close();
        }
    }

    /**
     * Sums up parts side by side.
     *
     * @param work whose threads do it
     * @param make empty sums
     * @param addPart adds the rows of one part
     */
    static GramAccumulator of(Work work, int parts, Supplier<GramAccumulator> make,
            ObjIntConsumer<GramAccumulator> addPart) {
        List<GramAccumulator> sums = new ArrayList<>();
        try {
            for (int part = 0; part < parts; part++) {
                sums.add(make.get());
            }
            RowRanges.run(work, parts, part -> {
                addPart.accept(sums.get(part), part);
                return part;
            });
            for (GramAccumulator other : sums.subList(1, parts)) {
                sums.getFirst().add(other);
                other.close();
            }
            return sums.getFirst();
        } catch (RuntimeException | Error failed) {
            sums.forEach(GramAccumulator::close);
            throw failed;
        }
    }

    /**
     * Sums up all rows of W.
     *
     * @param work whose threads do it
     * @param arena where there is one, the sums live as long as it does, else until they are closed
     */
    public static GramAccumulator of(
            Work work, WeightSource source, Products products, BlasSource blasSource, @Nullable Arena arena) {
        Precision precision = source.precision();
        int n = source.columns();
        int parts = source.parts();
        return of(work, parts, () -> new GramAccumulator(work, precision, products, blasSource, n, arena),
                (sums, part) -> {
                    try (WeightSource.RowRange range = source.rows(part, parts)) {
                        sums.add((row, count, target) -> range.read(row, count, false, target), range.first(),
                                range.end());
                    }
                });
    }

    /** The routines that computed the products. */
    public Set<Routine> routines() {
        return routines;
    }

    /** Adds the rows from a first to before a last. */
    public void add(Rows rows, int first, int last) {
        boolean mayTakeKernel = products == Products.AUTO && (double) (last - first) * n * n >= WORTH_THE_KERNEL;
        for (int row = first; row < last; row += BLOCK_ROWS) {
            int count = Math.min(BLOCK_ROWS, last - row);
            if (products == Products.KERNEL || (mayTakeKernel && kernels.isReady(KernelKind.GRAM, working, working))) {
                addByKernel(rows, row, count);
                routines.add(Routine.KERNEL);
                continue;
            }
            addBySyrk(rows, row, count);
            routines.add(Routine.SYRK);
            if (mayTakeKernel) {
                // Only now: C2 would hold up the compilation of what reads the first rows.
                kernels.expect(KernelKind.GRAM, working, working, (double) count * n * n);
            }
        }
    }

    private void addByKernel(Rows rows, int row, int count) {
        try (NativeBuffer plain = NativeBuffer.allocate((long) READ_ROWS * n * working.bytes());
                NativeBuffer packed = NativeBuffer
                        .allocate(layout.packedSize(GramLayout.DEPTH) * working.bytes())) {
            for (int start = 0; start < count; start += GramLayout.DEPTH) {
                int depth = Math.min(GramLayout.DEPTH, count - start);
                for (int first = 0; first < depth; first += READ_ROWS) {
                    int together = Math.min(READ_ROWS, depth - first);
                    rows.read(row + start + first, together, plain.segment());
                    kernels.packGram(working, plain.segment(), first, together, depth, layout, packed.segment());
                }
                kernels.addGram(working, packed.segment(), depth, layout, sums.memory());
            }
        }
    }

    private void addBySyrk(Rows rows, int row, int count) {
        Blas blas = blasSource.get();
        boolean single = working == Element.F32;
        try (NativeBuffer block = NativeBuffer.allocate((long) count * n * working.bytes());
                NativeBuffer partial = NativeBuffer
                        .allocate(single ? (long) n * n * working.bytes() : working.bytes())) {
            rows.read(row, count, block.segment());
            Block rowsOfBlock = Block.of(real, block.segment(), n, count);
            Blas.onLargeStack(work, () -> {
                if (single) {
                    blas.level3().syrk(rowsOfBlock, 0, Block.of(real, partial.segment(), n, n));
                    sums.add(partial.segment(), Element.F32, n);
                } else {
                    blas.level3().syrk(rowsOfBlock, 1, Block.of(real, sums.memory(), n, n, sums.stride()));
                }
                return count;
            });
        }
    }

    /** Adds what another one has summed up. */
    public void add(GramAccumulator other) {
        sums.add(other.sums.memory(), Element.F64, sums.stride());
        routines.addAll(other.routines);
    }

    /** Forgets all rows. */
    void clear() {
        NativeBuffer.clear(sums.memory());
    }

    /** The inner product with another one, without its error. */
    double dot(GramAccumulator other) {
        return sums.dot(other.sums);
    }

    /** The inner product with another one. */
    GramTriangle.InnerProduct innerProduct(GramAccumulator other) {
        return sums.innerProduct(other.sums);
    }

    /**
     * The lower triangle, column-major, n x n, in another type: what LAPACK reads.
     *
     * @throws BlasException if there is not enough memory
     */
    NativeBuffer lowerTriangle(Real type) {
        return sums.lowerTriangle(type);
    }
}
