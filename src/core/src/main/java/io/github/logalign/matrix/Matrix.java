package io.github.logalign.matrix;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.check.MemoryFaults;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A view of a matrix in memory that belongs to the caller: nothing is copied. Any segment will do: a mapped file, an
 * arena's, a heap array's, a direct buffer's; aligned or not; of any size.
 *
 * <p>A <em>line</em> is a row when the orientation is {@link Orientation#ROW_MAJOR} and a column when it is
 * {@link Orientation#COLUMN_MAJOR}; element {@code k} of line {@code l} stands at {@code (l * stride + k)} elements from
 * the segment's start.
 *
 * <p>Thread safety: immutable, but reads go to the segment, so its scope and its owner's rules count: a closed arena
 * or one that is confined to another thread gives {@link IllegalStateException}. The elements must not change during a call that reads them.
 *
 * @param segment the memory; at least as long as the view needs
 * @param elementType the type of the elements
 * @param rows the number of rows, 0 or more
 * @param columns the number of columns, 0 or more
 * @param stride the distance between the starts of neighbouring lines, in elements; at least the length of a line
 * @param orientation whether lines are rows or columns
 * @param byteOrder the byte order of the elements
 */
public record Matrix(
        MemorySegment segment,
        ElementType elementType,
        long rows,
        long columns,
        long stride,
        Orientation orientation,
        ByteOrder byteOrder) {

    /** How the elements of a matrix lie in memory. */
    public enum Orientation {
        /** Rows are contiguous: C order, the layout of a PyTorch Linear's weight. */
        ROW_MAJOR,
        /** Columns are contiguous: Fortran order, or a row-major matrix that is to be read transposed. */
        COLUMN_MAJOR
    }

    /**
     * Checks that the view fits its segment.
     *
     * @throws IllegalArgumentException if a size is negative, the stride is shorter than a line, or the segment too short
     */
    public Matrix {
        Arguments.required(segment, "segment");
        Arguments.required(elementType, "elementType");
        Arguments.required(orientation, "orientation");
        Arguments.required(byteOrder, "byteOrder");
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a matrix cannot have " + rows + " x " + columns + " elements");
        }
        long lines = orientation == Orientation.ROW_MAJOR ? rows : columns;
        long lineLength = orientation == Orientation.ROW_MAJOR ? columns : rows;
        if (stride < lineLength) {
            throw new IllegalArgumentException(
                    "the stride of " + stride + " elements is shorter than a line of " + lineLength);
        }
        long needed = byteLength(lines, lineLength, stride, elementType.bytes());
        if (needed > segment.byteSize()) {
            throw new IllegalArgumentException(
                    "a " + rows + " x " + columns + " " + elementType + " matrix with stride "
                            + stride + " needs " + (needed == Long.MAX_VALUE ? "more than 2^63" : Long.toString(needed))
                            + " bytes, the segment has " + segment.byteSize());
        }
    }

    private static long byteLength(long lines, long lineLength, long stride, int elementBytes) {
        if (lines == 0 || lineLength == 0) {
            return 0;
        }
        try {
            long elements = Math.addExact(Math.multiplyExact(lines - 1, stride), lineLength);
            return Math.multiplyExact(elements, (long) elementBytes);
        } catch (ArithmeticException overflow) {
            return Long.MAX_VALUE;
        }
    }

    /**
     * A contiguous row-major, little-endian matrix.
     *
     * @param segment the memory, at least {@code rows * columns} elements long
     * @param elementType the type of the elements
     * @param rows the number of rows
     * @param columns the number of columns
     * @return the view
     */
    public static Matrix of(MemorySegment segment, ElementType elementType, long rows, long columns) {
        return new Matrix(
                segment, elementType, rows, columns, columns, Orientation.ROW_MAJOR, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A view of a heap array, row-major.
     *
     * @param elements at least {@code rows * columns} elements
     * @param rows the number of rows
     * @param columns the number of columns
     * @return the view
     */
    public static Matrix of(double[] elements, long rows, long columns) {
        return of(MemorySegment.ofArray(Arguments.required(elements, "elements")), ElementType.F64, rows, columns)
                .withByteOrder(ByteOrder.nativeOrder());
    }

    /**
     * A view of a heap array, row-major.
     *
     * @param elements at least {@code rows * columns} elements
     * @param rows the number of rows
     * @param columns the number of columns
     * @return the view
     */
    public static Matrix of(float[] elements, long rows, long columns) {
        return of(MemorySegment.ofArray(Arguments.required(elements, "elements")), ElementType.F32, rows, columns)
                .withByteOrder(ByteOrder.nativeOrder());
    }

    /**
     * The same memory with another distance between lines.
     *
     * @param newStride the distance between the starts of neighbouring lines, in elements
     * @return the view
     */
    public Matrix withStride(long newStride) {
        return new Matrix(segment, elementType, rows, columns, newStride, orientation, byteOrder);
    }

    /**
     * The same memory read in another byte order.
     *
     * @param newByteOrder the byte order of the elements
     * @return the view
     */
    public Matrix withByteOrder(ByteOrder newByteOrder) {
        return new Matrix(segment, elementType, rows, columns, stride, orientation, newByteOrder);
    }

    /**
     * The transpose, as a view of the same memory.
     *
     * @return a {@code columns x rows} view
     */
    public Matrix transposed() {
        Orientation other = orientation == Orientation.ROW_MAJOR ? Orientation.COLUMN_MAJOR : Orientation.ROW_MAJOR;
        return new Matrix(segment, elementType, columns, rows, stride, other, byteOrder);
    }

    /**
     * Some of the rows, as a view of the same memory.
     *
     * @param first the first row
     * @param count how many
     * @return a {@code count x columns} view
     * @throws IllegalArgumentException if the rows are not all there
     */
    public Matrix rows(long first, long count) {
        if (first < 0 || count < 0 || first > rows - count) {
            throw new IllegalArgumentException(count + " rows from " + first + " on are not all there: the matrix has "
                    + rows + " rows");
        }
        long step = orientation == Orientation.ROW_MAJOR ? stride : 1;
        long offset = count == 0 || columns == 0 ? 0 : first * step * elementType.bytes();
        return new Matrix(
                segment.asSlice(offset), elementType, count, columns, stride, orientation, byteOrder);
    }

    /**
     * One element, widened. For looking at single elements; the kernels read in blocks.
     *
     * @param row the row
     * @param column the column
     * @return its value
     * @throws IllegalArgumentException if there is no such element
     * @throws IllegalStateException if the memory is freed or confined to another thread
     * @throws LogalignException if a mapped file became shorter
     */
    public double get(long row, long column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IllegalArgumentException("there is no element at row " + row + ", column " + column
                    + ": the matrix is " + rows + " x " + columns);
        }
        try {
            return read(row, column);
        } catch (WrongThreadException confined) {
            throw new IllegalStateException(MemoryFaults.CONFINED, confined);
        } catch (InternalError fault) {
            if (!MemoryFaults.isShrunkFile(fault)) {
                throw fault;
            }
            throw new LogalignException(MemoryFaults.SHRUNK, fault);
        }
    }

    private double read(long row, long column) {
        long index = orientation == Orientation.ROW_MAJOR ? row * stride + column : column * stride + row;
        long offset = index * elementType.bytes();
        return switch (elementType) {
            case F64 -> segment.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(byteOrder), offset);
            case F32 -> segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(byteOrder), offset);
            case F16 ->
                Float.float16ToFloat(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(byteOrder), offset));
            case BF16 ->
                Float.intBitsToFloat(
                        segment.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(byteOrder), offset) << 16);
        };
    }
}
