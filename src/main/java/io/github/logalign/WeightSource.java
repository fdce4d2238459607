package io.github.logalign;

import io.github.logalign.blas.Scratch;
import io.github.logalign.simd.Element;
import java.lang.foreign.MemorySegment;

/**
 * W as the routes read it: checked to be finite, scaled by 2^exponent, in blocks of rows. If only the caller's thread may read W, it
 * reads, and LAPACK's threads see only the scratch.
 */
final class WeightSource {

    private static final long BLOCK_BYTES = 16L << 20;
    private static final int MIN_BLOCK_ROWS = 256;
    private static final int MAX_BLOCK_ROWS = 2048;

    /** Elements whose scan is worth a thread. */
    private static final int SCAN_ELEMENTS = 1 << 20;

    private static final String CONTENTS = "weights";

    private final Matrix w;
    private final int threads;
    private final int rows;
    private final int columns;
    private final Precision precision;
    /** Narrow numbers in float64 need no scaling, so they are checked as they are read: one pass less over memory. */
    private final boolean checkedWhenRead;

    private final double maxMagnitude;
    private final int exponent;

    /**
     * Scans W, or leaves that to the reading.
     *
     * @param threads how many may read it, if any thread may
     * @throws LogalignException if an element is not finite, or a side has more than 2^31 - 1 elements
     */
    WeightSource(Matrix w, Precision precision, int threads) {
        if (w.rows() > Integer.MAX_VALUE || w.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the weights are " + w.rows() + " x " + w.columns()
                    + ": a side of more than 2,147,483,647 elements cannot be factorised");
        }
        this.w = w;
        this.threads = threads;
        this.rows = (int) w.rows();
        this.columns = (int) w.columns();
        this.precision = precision;
        try (BlockReader reader = new BlockReader(w, CONTENTS)) {
            this.checkedWhenRead = precision == Precision.DOUBLE && reader.sumsInPlace();
        }
        boolean empty = rows == 0 || columns == 0;
        this.maxMagnitude = checkedWhenRead && !empty ? 1 : scan();
        this.exponent = Scaling.exponentFor(maxMagnitude, precision);
    }

    private double scan() {
        int parts = Parts.count(threads, rows, Math.max(1, SCAN_ELEMENTS / Math.max(1, columns)), w.segment());
        return Parts.run(parts, part -> {
            long first = Parts.start(part, parts, rows);
            try (BlockReader reader = new BlockReader(w, CONTENTS)) {
                return reader.maxMagnitude(first, Parts.start(part + 1, parts, rows) - first);
            }
        }).stream().max(Double::compare).orElseThrow();
    }

    int threads() {
        return threads;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    Precision precision() {
        return precision;
    }

    Element element() {
        return precision.working();
    }

    /** What W is multiplied by, as an exponent of 2. */
    int exponent() {
        return exponent;
    }

    /** Whether W is known to be 0. */
    boolean isZero() {
        return maxMagnitude == 0;
    }

    /** Rows that are read together: a few megabytes of them. */
    int blockRows() {
        long fitting = BLOCK_BYTES / ((long) columns * element().bytes());
        return Math.min(rows, Math.clamp(fitting, MIN_BLOCK_ROWS, MAX_BLOCK_ROWS));
    }

    /** Scratch for some elements of the working type. */
    Scratch scratch(long elements) {
        return Scratch.allocate(elements * element().bytes());
    }

    /** All rows, each contiguous: seen column-major, an n x m matrix. */
    void readRows(MemorySegment target) {
        try (BlockReader reader = new BlockReader(w, CONTENTS)) {
            check(reader, 0, rows);
            reader.read(0, rows, false, element(), exponent, target, 0);
        }
    }

    /** All rows, column-major with leading dimension m. */
    void readColumnMajor(MemorySegment target) {
        try (BlockReader reader = new BlockReader(w, CONTENTS)) {
            check(reader, 0, rows);
            reader.read(0, rows, true, element(), exponent, target, 0);
        }
    }

    private void check(BlockReader reader, int row, int count) {
        if (checkedWhenRead) {
            reader.sumOfSquares(row, count);
        }
    }

    /** How many ranges of rows are worth threads of their own: each makes a matrix of n x n, which costs n^3 to merge. */
    int parts() {
        return Parts.count(threads, rows, Math.max(2L * columns, MIN_BLOCK_ROWS), w.segment());
    }

    /** The rows of one part, for one thread. */
    RowRange rows(int part, int parts) {
        return new RowRange((int) Parts.start(part, parts, rows), (int) Parts.start(part + 1, parts, rows));
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
         * @throws LogalignException if an element is not finite
         */
        void read(int row, int count, boolean columnMajor, MemorySegment target) {
            check(reader, row, count);
            reader.read(row, count, columnMajor, element(), exponent, target, 0);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
