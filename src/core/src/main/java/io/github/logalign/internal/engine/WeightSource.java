package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.DoubleAccumulator;

/**
 * W as the routes read it: in blocks of rows, checked to be finite as they are read, times 2^exponent. The exponent is 0 at
 * first, which fits all but extreme magnitudes; {@link #fits()} says afterwards whether it fits. If only the caller's thread
 * may read W, it reads, and LAPACK's threads see only the scratch.
 */
public final class WeightSource {

    private static final long BLOCK_BYTES = 16L << 20;
    private static final int MIN_BLOCK_ROWS = 256;
    private static final int MAX_BLOCK_ROWS = 1024;

    private static final String CONTENTS = "weights";

    private final Matrix w;
    private final int threads;
    private final int rows;
    private final int columns;
    private final Precision precision;
    private final int exponent;
    private final DoubleAccumulator maxMagnitude = new DoubleAccumulator(Math::max, 0);

    /** The squares of the elements read would overflow: no routine may see them. */
    public static final class TooLarge extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private TooLarge() {
            super("weights that have to be scaled", null, false, false);
        }
    }

    /**
     * Reads W as it is.
     *
     * @param threads how many may read it, if any thread may
     * @throws LogalignException if a side has more than 2^31 - 1 elements
     */
    public WeightSource(Matrix w, Precision precision, int threads) {
        this(w, precision, threads, 0);
    }

    private WeightSource(Matrix w, Precision precision, int threads, int exponent) {
        if (w.rows() > Integer.MAX_VALUE || w.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the weights are " + w.rows() + " x " + w.columns()
                    + ": a side of more than 2,147,483,647 elements cannot be factorised");
        }
        this.w = w;
        this.threads = threads;
        this.rows = (int) w.rows();
        this.columns = (int) w.columns();
        this.precision = precision;
        this.exponent = exponent;
    }

    /**
     * The same, scaled so that it fits.
     *
     * @throws LogalignException if an element is NaN or infinite
     */
    public WeightSource rescaled() {
        try (BlockReader reader = new BlockReader(w, CONTENTS)) {
            return new WeightSource(w, precision, threads,
                    Scaling.exponentFor(reader.maxMagnitude(0, rows), precision));
        }
    }

    /** Whether the exponent fits the elements read. */
    public boolean fits() {
        return exponent != 0 || Scaling.exponentFor(maxMagnitude.get(), precision) == 0;
    }

    public int threads() {
        return threads;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public Precision precision() {
        return precision;
    }

    public Element element() {
        return WorkingTypes.element(precision);
    }

    /** What W is multiplied by, as an exponent of 2. */
    public int exponent() {
        return exponent;
    }

    public boolean isEmpty() {
        return rows == 0 || columns == 0;
    }

    /** Rows that are read together: a few megabytes of them. */
    int blockRows() {
        long fitting = BLOCK_BYTES / ((long) columns * element().bytes());
        return Math.min(rows, Math.clamp(fitting, MIN_BLOCK_ROWS, MAX_BLOCK_ROWS));
    }

    /** Scratch for some elements of the working type. */
    NativeBuffer scratch(long elements) {
        return NativeBuffer.allocate(elements * element().bytes());
    }

    /** All rows, each contiguous: seen column-major, an n x m matrix. */
    void readRows(MemorySegment target) {
        try (RowRange all = rows(0, 1)) {
            all.read(0, rows, false, target);
        }
    }

    /** All rows, column-major with leading dimension m. */
    void readColumnMajor(MemorySegment target) {
        try (RowRange all = rows(0, 1)) {
            all.read(0, rows, true, target);
        }
    }

    /** How many ranges of rows are worth threads of their own: each makes a matrix of n x n, which costs n^3 to merge. */
    int parts() {
        return RowRanges.count(threads, rows, Math.max(2L * columns, MIN_BLOCK_ROWS), w);
    }

    /** The rows of one part, for one thread. */
    public RowRange rows(int part, int parts) {
        return new RowRange((int) RowRanges.start(part, parts, rows), (int) RowRanges.start(part + 1, parts, rows));
    }

    /** Some rows and what reads them. */
    final class RowRange implements AutoCloseable {
        private final BlockReader reader = new BlockReader(w, CONTENTS);
        private final int first;
        private final int end;

        private RowRange(int first, int end) {
            this.first = first;
            this.end = end;
        }

        int first() {
            return first;
        }

        int end() {
            return end;
        }

        /**
         * Writes rows, each contiguous, or their transpose.
         *
         * @throws LogalignException if an element is NaN or infinite
         * @throws TooLarge if they do not fit, and are so large that their squares overflow
         */
        void read(int row, int count, boolean columnMajor, MemorySegment target) {
            double max = reader.maxMagnitude(row, count);
            maxMagnitude.accumulate(max);
            if (exponent == 0 && max > 1 && Scaling.exponentFor(max, precision) != 0) {
                throw new TooLarge();
            }
            reader.read(row, count, columnMajor, element(), exponent, target, 0);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
