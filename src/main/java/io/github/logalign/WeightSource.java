package io.github.logalign;

import io.github.logalign.blas.Scratch;
import io.github.logalign.simd.Element;
import java.lang.foreign.MemorySegment;

/**
 * W as the routes read it: checked, scaled by 2^exponent, in blocks of rows. The caller's thread reads; LAPACK's threads
 * see only the scratch.
 */
final class WeightSource implements AutoCloseable {

    private static final long BLOCK_BYTES = 16L << 20;
    private static final int MIN_BLOCK_ROWS = 256;
    private static final int MAX_BLOCK_ROWS = 2048;

    private final BlockReader reader;
    private final int rows;
    private final int columns;
    private final Precision precision;
    private final double maxMagnitude;
    private final int exponent;

    /**
     * Scans W.
     *
     * @throws LogalignException if an element is not finite, or a side has more than 2^31 - 1 elements
     */
    WeightSource(Matrix w, Precision precision) {
        if (w.rows() > Integer.MAX_VALUE || w.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the weights are " + w.rows() + " x " + w.columns()
                    + ": a side of more than 2,147,483,647 elements cannot be factorised");
        }
        this.rows = (int) w.rows();
        this.columns = (int) w.columns();
        this.precision = precision;
        this.reader = new BlockReader(w, "weights");
        try {
            this.maxMagnitude = reader.maxMagnitude(0, rows);
        } catch (RuntimeException | Error bad) {
            reader.close();
            throw bad;
        }
        this.exponent = Scaling.exponentFor(maxMagnitude, precision);
    }

    @Override
    public void close() {
        reader.close();
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

    /** Some rows, each contiguous: seen column-major, an n x count matrix. */
    void readRows(int first, int count, MemorySegment target) {
        reader.read(first, count, false, element(), exponent, target, 0);
    }

    /** Some rows, column-major with leading dimension count. */
    void readColumnMajor(int first, int count, MemorySegment target) {
        reader.read(first, count, true, element(), exponent, target, 0);
    }
}
