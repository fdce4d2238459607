package io.github.logalign.matrix;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.check.MemoryFaults;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A view of a matrix in memory that belongs to the caller: nothing is copied. Any segment will do: a mapped file, an
 * arena's, a heap array's, a direct buffer's; aligned or not; of any size.
 *
 * <p>A <em>line</em> is a row when the orientation is {@link Orientation#ROW_MAJOR} and a column when it is
 * {@link Orientation#COLUMN_MAJOR}; element {@code k} of line {@code l} stands at {@code (l * stride + k)} elements from
 * the segment's start.
 *
 * <p>The difference of two matrices ({@link #minus}) is a view too. It has no memory of its own: its elements are
 * subtracted in float64 as they are read. Nor has a matrix of quantised elements ({@link #decoded}), which become float32 as
 * they are read.
 *
 * <p>Thread safety: immutable, but reads go to the segment, so its scope and its owner's rules count: a closed arena
 * or one that is confined to another thread gives {@link IllegalStateException}. The elements must not change during a call that reads them.
 *
 * <p>This file is long because of its documentation.
 */
public final class Matrix {

    /** How the elements of a matrix lie in memory. */
    public enum Orientation {
        /** Rows are contiguous: C order, the layout of a PyTorch Linear's weight. */
        ROW_MAJOR,
        /** Columns are contiguous: Fortran order, or a row-major matrix that is to be read transposed. */
        COLUMN_MAJOR
    }

    /**
     * What a difference consists of.
     *
     * @param minuend what is subtracted from
     * @param subtrahend what is subtracted, of the same size
     */
    public record Difference(Matrix minuend, Matrix subtrahend) {

        /**
         * Checks the operands.
         *
         * @throws IllegalArgumentException if they differ in size, or if one is a difference itself
         */
        public Difference {
            Arguments.required(minuend, "minuend");
            Arguments.required(subtrahend, "subtrahend");
            if (minuend.rows != subtrahend.rows || minuend.columns != subtrahend.columns) {
                throw new IllegalArgumentException("a matrix of " + subtrahend.rows + " x " + subtrahend.columns
                        + " cannot be subtracted from one of " + minuend.rows + " x " + minuend.columns);
            }
            if (minuend.difference != null || subtrahend.difference != null) {
                throw new IllegalArgumentException("a difference cannot be part of another difference");
            }
        }

        private double get(long row, long column) {
            return minuend.get(row, column) - subtrahend.get(row, column);
        }
    }

    private final MemorySegment segment;
    private final ElementType elementType;
    private final long rows;
    private final long columns;
    private final long stride;
    private final Orientation orientation;
    private final ByteOrder byteOrder;
    private final @Nullable Difference difference;
    private final @Nullable Decoder decoder;

    /**
     * A view of memory.
     *
     * @param segment the memory; at least as long as the view needs
     * @param elementType the type of the elements
     * @param rows the number of rows, 0 or more
     * @param columns the number of columns, 0 or more
     * @param stride the distance between the starts of neighbouring lines, in elements; at least the length of a line
     * @param orientation whether lines are rows or columns
     * @param byteOrder the byte order of the elements
     * @throws IllegalArgumentException if a size is negative, the stride is shorter than a line, or the segment too short
     */
    public Matrix(
            MemorySegment segment,
            ElementType elementType,
            long rows,
            long columns,
            long stride,
            Orientation orientation,
            ByteOrder byteOrder) {
        this.segment = Arguments.required(segment, "segment");
        this.elementType = Arguments.required(elementType, "elementType");
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
        this.orientation = Arguments.required(orientation, "orientation");
        this.byteOrder = Arguments.required(byteOrder, "byteOrder");
        this.difference = null;
        this.decoder = null;
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

    private Matrix(Difference difference) {
        Matrix like = difference.minuend;
        this.segment = MemorySegment.NULL;
        this.elementType = ElementType.F64;
        this.rows = like.rows;
        this.columns = like.columns;
        this.orientation = like.orientation;
        this.stride = orientation == Orientation.ROW_MAJOR ? columns : rows;
        this.byteOrder = ByteOrder.nativeOrder();
        this.difference = difference;
        this.decoder = null;
    }

    private Matrix(Decoder decoder, long rows, long columns, long stride, Orientation orientation) {
        this.segment = MemorySegment.NULL;
        this.elementType = ElementType.F32;
        this.rows = rows;
        this.columns = columns;
        this.orientation = orientation;
        this.stride = stride;
        this.byteOrder = ByteOrder.nativeOrder();
        this.difference = null;
        this.decoder = decoder;
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
     * A row-major matrix whose elements are decoded as they are read, to float32.
     *
     * @param decoder decodes at least {@code rows * columns} elements; must not change as long as the matrix is used
     * @param rows the number of rows, 0 or more
     * @param columns the number of columns, 0 or more
     * @return the view
     * @throws IllegalArgumentException if a size is negative
     */
    public static Matrix decoded(Decoder decoder, long rows, long columns) {
        Arguments.required(decoder, "decoder");
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a matrix cannot have " + rows + " x " + columns + " elements");
        }
        return new Matrix(decoder, rows, columns, columns, Orientation.ROW_MAJOR);
    }

    /**
     * This matrix minus another one: a view of both, of which nothing is stored. Both must stay readable as long as it is
     * used. Each element is rounded to float64 once; differences of bfloat16 or float16 of ordinary magnitudes are exact.
     *
     * @param subtrahend of the same size; element type, orientation and stride may differ
     * @return the difference: of F64, in the orientation of this matrix
     * @throws IllegalArgumentException if the sizes differ, or if one of the two is a difference itself
     */
    public Matrix minus(Matrix subtrahend) {
        return new Matrix(new Difference(this, subtrahend));
    }

    /**
     * The memory.
     *
     * @return at least as long as the view needs
     * @throws IllegalStateException unless the elements are in memory as they are, see {@link #isInMemory()}
     */
    public MemorySegment segment() {
        if (!isInMemory()) {
            throw new IllegalStateException("the elements are computed as they are read, and are not in memory");
        }
        return segment;
    }

    /**
     * Whether the elements are in memory as they are.
     *
     * @return false for a difference and for decoded elements, which are computed as they are read: see {@link #segments}
     */
    public boolean isInMemory() {
        return difference == null && decoder == null;
    }

    /**
     * All memory that is read.
     *
     * @return one segment; of a difference those of both operands, of decoded elements what they are decoded from
     */
    public List<MemorySegment> segments() {
        if (difference != null) {
            return Stream.of(difference.minuend, difference.subtrahend).flatMap(part -> part.segments().stream())
                    .toList();
        }
        return decoder == null ? List.of(segment) : List.copyOf(decoder.memory());
    }

    /**
     * What decodes the elements.
     *
     * @return decodes element {@code k} of line {@code l} as its element {@code l * stride + k}; empty unless made by
     *     {@link #decoded}
     */
    public Optional<Decoder> decoder() {
        return Optional.ofNullable(decoder);
    }

    /**
     * What this is the difference of.
     *
     * @return empty for a view of memory
     */
    public Optional<Difference> difference() {
        return Optional.ofNullable(difference);
    }

    /**
     * The type of the elements.
     *
     * @return the type; F64 for a difference
     */
    public ElementType elementType() {
        return elementType;
    }

    /**
     * The number of rows.
     *
     * @return 0 or more
     */
    public long rows() {
        return rows;
    }

    /**
     * The number of columns.
     *
     * @return 0 or more
     */
    public long columns() {
        return columns;
    }

    /**
     * The distance between the starts of neighbouring lines.
     *
     * @return in elements; for a difference the length of a line
     */
    public long stride() {
        return stride;
    }

    /**
     * Whether lines are rows or columns.
     *
     * @return the orientation
     */
    public Orientation orientation() {
        return orientation;
    }

    /**
     * The byte order of the elements.
     *
     * @return the byte order
     */
    public ByteOrder byteOrder() {
        return byteOrder;
    }

    /**
     * The same memory with another distance between lines.
     *
     * @param newStride the distance between the starts of neighbouring lines, in elements
     * @return the view
     * @throws IllegalStateException unless {@link #isInMemory()}
     */
    public Matrix withStride(long newStride) {
        return new Matrix(segment(), elementType, rows, columns, newStride, orientation, byteOrder);
    }

    /**
     * The same memory read in another byte order.
     *
     * @param newByteOrder the byte order of the elements
     * @return the view
     * @throws IllegalStateException unless {@link #isInMemory()}
     */
    public Matrix withByteOrder(ByteOrder newByteOrder) {
        return new Matrix(segment(), elementType, rows, columns, stride, orientation, newByteOrder);
    }

    /**
     * The transpose, as a view of the same memory.
     *
     * @return a {@code columns x rows} view
     */
    public Matrix transposed() {
        if (difference != null) {
            return difference.minuend.transposed().minus(difference.subtrahend.transposed());
        }
        Orientation other = orientation == Orientation.ROW_MAJOR ? Orientation.COLUMN_MAJOR : Orientation.ROW_MAJOR;
        if (decoder != null) {
            return new Matrix(decoder, columns, rows, stride, other);
        }
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
        if (difference != null) {
            return difference.minuend.rows(first, count).minus(difference.subtrahend.rows(first, count));
        }
        long step = orientation == Orientation.ROW_MAJOR ? stride : 1;
        if (decoder != null) {
            return new Matrix(ShiftedDecoder.of(decoder, first * step), count, columns, stride, orientation);
        }
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
        if (difference != null) {
            return difference.get(row, column);
        }
        long index = orientation == Orientation.ROW_MAJOR ? row * stride + column : column * stride + row;
        if (decoder != null) {
            MemorySegment element = MemorySegment.ofArray(new float[1]);
            decoder.decode(index, 1, element);
            return element.get(ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        }
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

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Matrix other
                && segment.equals(other.segment)
                && elementType == other.elementType
                && rows == other.rows
                && columns == other.columns
                && stride == other.stride
                && orientation == other.orientation
                && byteOrder.equals(other.byteOrder)
                && Objects.equals(difference, other.difference)
                && Objects.equals(decoder, other.decoder);
    }

    @Override
    public int hashCode() {
        return Objects.hash(segment, elementType, rows, columns, stride, orientation, byteOrder, difference, decoder);
    }

    @Override
    public String toString() {
        return difference != null
                ? "Matrix[" + difference.minuend + " - " + difference.subtrahend + "]"
                : "Matrix[" + rows + " x " + columns + " " + elementType + ", stride " + stride + ", " + orientation
                        + ", " + (decoder == null ? byteOrder + ", " + segment : decoder.format()) + "]";
    }
}
