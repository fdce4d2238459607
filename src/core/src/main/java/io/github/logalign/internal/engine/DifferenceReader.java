package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix.Difference;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Subtracts a matrix from another as they are read, some elements at a time. Both are widened to float64 first, so that each
 * difference is rounded once.
 *
 * <p>For one thread: the one that may read both.
 */
final class DifferenceReader implements ComputedElements {

    private final Orientation orientation;
    private final long lineLength;
    private final Operand minuend;
    private final Operand subtrahend;
    private final NativeBuffer subtracted = NativeBuffer.allocate((long) BlockReader.PIECE * Double.BYTES);

    /**
     * Makes a reader.
     *
     * @param like the difference, whose lines follow each other without gaps
     * @param operands what it is the difference of
     */
    DifferenceReader(Matrix like, Difference operands) {
        this.orientation = like.orientation();
        this.lineLength = like.stride();
        this.minuend = new Operand(operands.minuend());
        this.subtrahend = new Operand(operands.subtrahend());
    }

    @Override
    public void read(long first, int count, MemorySegment target) {
        MemorySegment other = subtracted.segment();
        minuend.read(first, count, target);
        subtrahend.read(first, count, other);
        for (int i = 0; i < count; i++) {
            double difference = target.getAtIndex(ValueLayout.JAVA_DOUBLE, i)
                    - other.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            target.setAtIndex(ValueLayout.JAVA_DOUBLE, i, difference);
        }
    }

    @Override
    public LogalignException notFinite(String contents, long row, long column, double value) {
        double from = minuend.matrix.get(row, column);
        double what = subtrahend.matrix.get(row, column);
        String where = " at row " + row + ", column " + column;
        if (Double.isFinite(from) && Double.isFinite(what)) {
            return new LogalignException("the difference of the " + contents + " overflows" + where + ": " + from
                    + " minus " + what + "; scale both down");
        }
        return Double.isFinite(from)
                ? new LogalignException("the subtracted " + contents + " hold " + what + where
                        + ": repair or leave out NaN and infinite values")
                : new LogalignException("the " + contents + " that others are subtracted from hold " + from + where
                        + ": repair or leave out NaN and infinite values");
    }

    @Override
    public void close() {
        minuend.reader.close();
        subtrahend.reader.close();
        subtracted.close();
    }

    /** One of the two, in the order of the difference's lines. */
    private final class Operand {

        private final Matrix matrix;
        private final BlockReader reader;

        Operand(Matrix matrix) {
            this.matrix = matrix;
            this.reader = new BlockReader(matrix, "");
        }

        void read(long first, int count, MemorySegment target) {
            if (matrix.orientation() != orientation) {
                readAcross(first, count, target);
                return;
            }
            int done = 0;
            while (done < count) {
                long line = (first + done) / lineLength;
                long place = (first + done) % lineLength;
                boolean dense = matrix.stride() == lineLength;
                int run = dense ? count : (int) Math.min(count - done, lineLength - place);
                reader.widen(line * matrix.stride() + place, run, target, done);
                done += run;
            }
        }

        /** Element by element, since its lines cross those of the difference: rare, as the files of a run are alike. */
        private void readAcross(long first, int count, MemorySegment target) {
            long line = first / lineLength;
            long place = first % lineLength;
            for (int i = 0; i < count; i++) {
                double value = orientation == Orientation.ROW_MAJOR ? matrix.get(line, place) : matrix.get(place, line);
                target.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
                place++;
                if (place == lineLength) {
                    place = 0;
                    line++;
                }
            }
        }
    }
}
