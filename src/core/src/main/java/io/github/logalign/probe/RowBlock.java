package io.github.logalign.probe;

import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Copies of rows that wait to be projected: of one element type and one pane.
 *
 * <p>Thread safety: none.
 */
final class RowBlock {

    private final MemorySegment memory;
    private final int columns;
    private final int room;
    private ElementType type = ElementType.F32;
    private long pane;
    private int rows;

    RowBlock(int room, int columns) {
        this.room = room;
        this.columns = columns;
        this.memory = Arena.ofAuto().allocate((long) room * columns * Double.BYTES, Long.BYTES);
    }

    boolean isEmpty() {
        return rows == 0;
    }

    long rows() {
        return rows;
    }

    /** Whether so many rows of a kind can be added. */
    boolean takes(ElementType newType, long newPane, long count) {
        return rows + count <= room && (rows == 0 || (type == newType && pane == newPane));
    }

    /** Copies the rows that count, or none of them if the memory cannot be read. */
    void add(Matrix x, @Nullable TokenMask counting, long newPane) {
        type = x.elementType();
        pane = newPane;
        int copied = 0;
        for (long row = next(counting, 0); row < x.rows(); row = next(counting, row + 1)) {
            copy(x, row, rows + copied);
            copied++;
        }
        rows += copied;
    }

    private static long next(@Nullable TokenMask counting, long from) {
        return counting == null ? from : counting.nextCounting(from);
    }

    private void copy(Matrix x, long row, long place) {
        if (!x.isInMemory()) {
            compute(x, row, place);
            return;
        }
        ValueLayout bits = switch (x.elementType()) {
            case F64 -> ValueLayout.JAVA_LONG_UNALIGNED;
            case F32 -> ValueLayout.JAVA_INT_UNALIGNED;
            case F16, BF16 -> ValueLayout.JAVA_SHORT_UNALIGNED;
        };
        ValueLayout from = bits.withOrder(x.byteOrder());
        ValueLayout to = bits.withOrder(ByteOrder.LITTLE_ENDIAN);
        long size = bits.byteSize();
        long target = place * columns * size;
        if (x.orientation() == Orientation.ROW_MAJOR) {
            MemorySegment.copy(x.segment(), from, row * x.stride() * size, memory, to, target, columns);
        } else {
            for (int column = 0; column < columns; column++) {
                MemorySegment.copy(x.segment(), from, (column * x.stride() + row) * size, memory, to,
                        target + column * size, 1);
            }
        }
    }

    /** Element by element: a difference gives float64, decoded elements are float32. */
    private void compute(Matrix x, long row, long place) {
        for (int column = 0; column < columns; column++) {
            long index = place * columns + column;
            if (x.elementType() == ElementType.F64) {
                memory.set(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                        index * Double.BYTES, x.get(row, column));
            } else {
                memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                        index * Float.BYTES, (float) x.get(row, column));
            }
        }
    }

    /** The rows. */
    Matrix matrix() {
        return Matrix.of(memory, type, rows, columns);
    }

    /** The pane of all rows. */
    long pane() {
        return pane;
    }

    void clear() {
        rows = 0;
    }
}
