package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.BlasException;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
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
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Gram matrix A^T A of rows that arrive in blocks: by the vector kernel where that is the fastest, else by BLAS. In
 * single precision the products are taken in float32, block by block, and summed in float64.
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

    /** Entries that are added up together. */
    private static final int PIECE = 64;

    /** Rows and columns that are transposed together: four cache lines of F64 each way. */
    private static final int TILE = 32;

    private final Kernels kernels = Simd.kernels();
    private final Element working;
    private final Real real;
    private final Products products;
    private final int n;
    private final int width;
    private final int stride;
    private final MemorySegment gram;
    private final @Nullable NativeBuffer scratch;
    private final Set<Routine> routines = EnumSet.noneOf(Routine.class);

    /** Where rows come from. */
    public interface Rows {

        /** Writes rows of the working type, each contiguous. */
        void read(int row, int count, MemorySegment target);
    }

    /** Nothing yet, to be closed. */
    public GramAccumulator(Precision precision, Products products, int n) {
        this(precision, products, n, null);
    }

    private GramAccumulator(Precision precision, Products products, int n, @Nullable Arena arena) {
        this.working = WorkingTypes.element(precision);
        this.real = WorkingTypes.real(precision);
        this.products = products;
        this.n = n;
        this.width = kernels.panelWidth(working);
        this.stride = GramLayout.stride(n, width);
        long bytes = GramLayout.size(n, width) * Double.BYTES;
        if (arena == null) {
            NativeBuffer closed = NativeBuffer.allocate(bytes);
            this.scratch = closed;
            this.gram = closed.segment();
        } else {
            this.scratch = null;
            this.gram = NativeBuffer.allocate(bytes, arena);
        }
        gram.fill((byte) 0);
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
     * @param make empty sums
     * @param addPart adds the rows of one part
     */
    public static GramAccumulator of(int parts, Supplier<GramAccumulator> make,
            ObjIntConsumer<GramAccumulator> addPart) {
        List<GramAccumulator> sums = new ArrayList<>();
        try {
            for (int part = 0; part < parts; part++) {
                sums.add(make.get());
            }
            RowRanges.run(parts, part -> {
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
     * @param arena where there is one, the sums live as long as it does, else until they are closed
     */
    public static GramAccumulator of(WeightSource source, Products products, @Nullable Arena arena) {
        Precision precision = source.precision();
        int n = source.columns();
        int parts = source.parts();
        return of(parts, () -> new GramAccumulator(precision, products, n, arena), (sums, part) -> {
            try (WeightSource.RowRange range = source.rows(part, parts)) {
                sums.add((row, count, target) -> range.read(row, count, false, target), range.first(), range.end());
            }
        });
    }

    /** What took the products. */
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
                        .allocate(GramLayout.packedSize(n, width, GramLayout.DEPTH) * working.bytes())) {
            for (int start = 0; start < count; start += GramLayout.DEPTH) {
                int depth = Math.min(GramLayout.DEPTH, count - start);
                for (int first = 0; first < depth; first += READ_ROWS) {
                    int together = Math.min(READ_ROWS, depth - first);
                    rows.read(row + start + first, together, plain.segment());
                    kernels.packGram(working, plain.segment(), first, together, depth, n, packed.segment());
                }
                kernels.addGram(working, packed.segment(), depth, n, gram);
            }
        }
    }

    private void addBySyrk(Rows rows, int row, int count) {
        Blas blas = Blas.get();
        boolean single = working == Element.F32;
        try (NativeBuffer block = NativeBuffer.allocate((long) count * n * working.bytes());
                NativeBuffer partial = NativeBuffer
                        .allocate(single ? (long) n * n * working.bytes() : working.bytes())) {
            rows.read(row, count, block.segment());
            Block rowsOfBlock = Block.of(real, block.segment(), n, count);
            Blas.onLargeStack(() -> {
                if (single) {
                    blas.level3().syrk(rowsOfBlock, 0, Block.of(real, partial.segment(), n, n));
                    addTriangle(partial.segment(), Element.F32, n);
                } else {
                    blas.level3().syrk(rowsOfBlock, 1, Block.of(real, gram, n, n, stride));
                }
                return count;
            });
        }
    }

    /** Adds what another one has summed up. */
    public void add(GramAccumulator other) {
        addTriangle(other.gram, Element.F64, stride);
        routines.addAll(other.routines);
    }

    /** Adds the entries left of and on the diagonal, row by row. */
    private void addTriangle(MemorySegment added, Element type, int addedStride) {
        double[] sums = new double[PIECE];
        double[] addends = new double[PIECE];
        float[] narrow = new float[PIECE];
        for (int row = 0; row < n; row++) {
            for (int column = 0; column <= row; column += PIECE) {
                int count = Math.min(PIECE, row + 1 - column);
                long from = ((long) row * addedStride + column) * type.bytes();
                if (type == Element.F32) {
                    MemorySegment.copy(added, ValueLayout.JAVA_FLOAT, from, narrow, 0, count);
                    for (int i = 0; i < count; i++) {
                        addends[i] = narrow[i];
                    }
                } else {
                    MemorySegment.copy(added, ValueLayout.JAVA_DOUBLE, from, addends, 0, count);
                }
                read(row, column, count, sums, 0);
                for (int i = 0; i < count; i++) {
                    sums[i] += addends[i];
                }
                long to = ((long) row * stride + column) * Double.BYTES;
                MemorySegment.copy(sums, 0, gram, ValueLayout.JAVA_DOUBLE, to, count);
            }
        }
    }

    /** Entries of a row. By way of small arrays: loops over them are fast before C2 has compiled them. */
    private void read(int row, int column, int count, double[] entries, int at) {
        long from = ((long) row * stride + column) * Double.BYTES;
        MemorySegment.copy(gram, ValueLayout.JAVA_DOUBLE, from, entries, at, count);
    }

    /** The sum of the diagonal. */
    double trace() {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += gram.getAtIndex(ValueLayout.JAVA_DOUBLE, (long) i * stride + i);
        }
        return sum;
    }

    /** The sum of the products of all entries with those of another one. */
    public double inner(GramAccumulator other) {
        double[] mine = new double[PIECE];
        double[] others = new double[PIECE];
        double diagonal = 0;
        double below = 0;
        for (int row = 0; row < n; row++) {
            double sum = 0;
            for (int column = 0; column <= row; column += PIECE) {
                int count = Math.min(PIECE, row + 1 - column);
                read(row, column, count, mine, 0);
                other.read(row, column, count, others, 0);
                for (int i = 0; i < count; i++) {
                    sum += mine[i] * others[i];
                }
                if (column + count > row) {
                    double last = mine[count - 1] * others[count - 1];
                    sum -= last;
                    diagonal += last;
                }
            }
            below += sum;
        }
        return diagonal + 2 * below;
    }

    /**
     * The lower triangle, column-major, n x n, in another type: what LAPACK reads.
     *
     * @throws BlasException if there is not enough memory
     */
    NativeBuffer lowerTriangle(Real type) {
        NativeBuffer triangle = NativeBuffer.allocate((long) n * n * type.bytes());
        MemorySegment to = triangle.segment();
        double[] tile = new double[TILE * TILE];
        double[] part = new double[TILE];
        float[] narrow = new float[TILE];
        for (int row = 0; row < n; row += TILE) {
            int rows = Math.min(TILE, n - row);
            for (int column = 0; column < row + rows; column += TILE) {
                // On the diagonal the tile's upper half is read and written too; nobody looks at it.
                int columns = Math.min(TILE, n - column);
                for (int i = 0; i < rows; i++) {
                    read(row + i, column, columns, tile, i * TILE);
                }
                for (int j = 0; j < columns; j++) {
                    for (int i = 0; i < rows; i++) {
                        part[i] = tile[i * TILE + j];
                        narrow[i] = (float) part[i];
                    }
                    long at = ((long) (column + j) * n + row) * type.bytes();
                    if (type == Real.DOUBLE) {
                        MemorySegment.copy(part, 0, to, ValueLayout.JAVA_DOUBLE, at, rows);
                    } else {
                        MemorySegment.copy(narrow, 0, to, ValueLayout.JAVA_FLOAT, at, rows);
                    }
                }
            }
        }
        return triangle;
    }
}
