package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.internal.simd.Transpose;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads a matrix of any element type, stride, orientation and byte order in blocks of rows: scans them, and writes them
 * widened and scaled into native scratch. What the kernels cannot read in place (heap arrays, big-endian or mapped files) goes
 * through a small staging buffer, so that every hot loop sees native memory only.
 *
 * <p>For one thread: the one that may read the matrix.
 */
public final class BlockReader implements AutoCloseable {

    /** Elements scanned or converted at a time: small enough for the caches, large enough to amortise the call overhead. */
    static final int PIECE = 1 << 14;

    /** Elements squared at a time where they lie: enough to amortise the final addition of the many sums. */
    private static final int LONG_PIECE = 1 << 18;

    /** Lines that are transposed together: one cache line of float64. */
    private static final int TILE = 16;

    private final Matrix matrix;
    private final MemorySegment source;
    private final String contents;
    private final Kernels kernels = Simd.kernels();
    private final Element element;

    /** Computes what is read; null where it lies in memory. */
    private final @Nullable ComputedElements computed;

    /** The kernels could read it as it lies. */
    private final boolean plain;

    /**
     * The kernels do read it as it lies. Of a mapped file they get copies, a piece at a time: if another process makes the
     * file shorter, a vector load from it can end the JVM, where a bulk copy by the JVM fails with an error.
     */
    private final boolean direct;

    /** What is read in another byte order, from the heap or from a mapped file; null where nothing is. */
    private final @Nullable NativeBuffer staging;

    /** Lines that are transposed together; null until there are some. */
    private @Nullable NativeBuffer tile;

    /** Where elements are that the kernels can read: the matrix itself, or what was staged last. */
    private final MemorySegment run;

    private long runOffset;

    /**
     * Makes a reader.
     *
     * @param matrix what to read
     * @param contents what it holds, for messages: "weights"
     */
    public BlockReader(Matrix matrix, String contents) {
        this.matrix = matrix;
        this.computed = ComputedElements.of(matrix);
        this.source = computed == null ? KernelMemory.view(matrix.segment()) : MemorySegment.NULL;
        this.contents = contents;
        this.element = WorkingTypes.element(matrix.elementType());
        this.plain = computed == null && source.isNative() && matrix.byteOrder() == ByteOrder.LITTLE_ENDIAN;
        // Asked of the matrix's own segment: the view for kernels does not say that it is mapped.
        this.direct = plain && !matrix.segment().isMapped();
        this.staging = direct
                ? null
                : NativeBuffer.allocate(
                        plain ? (long) LONG_PIECE * Float.BYTES : (long) PIECE * Double.BYTES);
        this.run = staging == null ? source : staging.segment();
    }

    @Override
    public void close() {
        if (computed != null) {
            computed.close();
        }
        if (staging != null) {
            staging.close();
        }
        if (tile != null) {
            tile.close();
        }
    }

    private boolean rowMajor() {
        return matrix.orientation() == Orientation.ROW_MAJOR;
    }

    /** Makes the elements readable for the kernels: they begin in {@link #run} at {@link #runOffset}. */
    private void locate(long first, int count) {
        long offset = first * element.bytes();
        if (staging == null) {
            runOffset = offset;
            return;
        }
        ValueLayout from = switch (element) {
            case F64 -> ValueLayout.JAVA_LONG_UNALIGNED;
            case F32 -> ValueLayout.JAVA_INT_UNALIGNED;
            case F16, BF16 -> ValueLayout.JAVA_SHORT_UNALIGNED;
        };
        runOffset = 0;
        if (computed != null) {
            computed.read(first, count, run);
            return;
        }
        MemorySegment.copy(
                source,
                from.withOrder(matrix.byteOrder()),
                offset,
                run,
                from.withOrder(ByteOrder.LITTLE_ENDIAN),
                0,
                count);
    }

    /** Whether rows can be handed to the kernels where they are, without a copy. */
    boolean readsInPlace(Element working, int exponent) {
        return direct && rowMajor() && element == working && exponent == 0;
    }

    /**
     * The largest magnitude in some rows.
     *
     * @throws LogalignException if an element is NaN or infinite (the message has its index)
     */
    double maxMagnitude(long firstRow, long rows) {
        if (rows == 0 || matrix.columns() == 0) {
            return 0;
        }
        if (!rowMajor()) {
            double max = 0;
            for (long column = 0; column < matrix.columns(); column++) {
                max = Math.max(max, maxOfRun(column * matrix.stride() + firstRow, rows));
            }
            return max;
        }
        if (matrix.stride() == matrix.columns()) {
            return maxOfRun(firstRow * matrix.stride(), rows * matrix.columns());
        }
        double max = 0;
        for (long row = firstRow; row < firstRow + rows; row++) {
            max = Math.max(max, maxOfRun(row * matrix.stride(), matrix.columns()));
        }
        return max;
    }

    private double maxOfRun(long first, long count) {
        double max = 0;
        for (long done = 0; done < count; done += PIECE) {
            int piece = (int) Math.min(PIECE, count - done);
            locate(first + done, piece);
            double pieceMax = kernels.maxMagnitude(run, runOffset, element, piece);
            if (!Double.isFinite(pieceMax)) {
                throw notFinite(first + done, piece);
            }
            max = Math.max(max, pieceMax);
        }
        return max;
    }

    /** Whether {@link #sumOfSquares} reads these elements. */
    boolean sumsInPlace() {
        return rowMajor() && (element == Element.F32 || element == Element.BF16);
    }

    /**
     * The sum of the squares of some rows of float32 or bfloat16, which cannot overflow in float64: one pass
     * that also finds NaN and infinite values.
     *
     * @throws LogalignException if an element is NaN or infinite (the message has its index)
     */
    double sumOfSquares(long firstRow, long rows) {
        double sum = 0;
        boolean dense = matrix.stride() == matrix.columns();
        long runs = dense ? Math.min(1, rows) : rows;
        long length = dense ? rows * matrix.columns() : matrix.columns();
        for (long row = firstRow; row < firstRow + runs; row++) {
            sum += sumOfRun(row * matrix.stride(), length);
        }
        return sum;
    }

    private double sumOfRun(long first, long count) {
        double sum = 0;
        int most = plain ? LONG_PIECE : PIECE;
        for (long done = 0; done < count; done += most) {
            int piece = (int) Math.min(most, count - done);
            locate(first + done, piece);
            double pieceSum = kernels.sumOfSquares(run, runOffset, element, piece);
            if (!Double.isFinite(pieceSum)) {
                throw notFinite(first + done, piece);
            }
            sum += pieceSum;
        }
        return sum;
    }

    private LogalignException notFinite(long first, int count) {
        for (long index = first; index < first + count; index++) {
            long line = index / matrix.stride();
            long place = index % matrix.stride();
            long row = rowMajor() ? line : place;
            long column = rowMajor() ? place : line;
            double value = matrix.get(row, column);
            if (!Double.isFinite(value)) {
                if (computed != null) {
                    return computed.notFinite(contents, row, column, value);
                }
                return new LogalignException("the " + contents + " hold " + value + " at row " + row + ", column "
                        + column + ": repair or leave out NaN and infinite values");
            }
        }
        return new LogalignException("the " + contents + " changed while they were read");
    }

    /**
     * Writes some rows, which must be finite, times 2^exponent.
     *
     * @param columnMajor whether the target gets columns of {@code rows} elements; else rows of n elements
     * @param targetStart the element of the target to begin at
     */
    public void read(
            long firstRow,
            int rows,
            boolean columnMajor,
            Element working,
            int exponent,
            MemorySegment target,
            long targetStart) {
        int columns = Math.toIntExact(matrix.columns());
        int lines = rowMajor() ? rows : columns;
        int length = rowMajor() ? columns : rows;
        long origin = rowMajor() ? firstRow * matrix.stride() : firstRow;
        boolean keepsLines = rowMajor() != columnMajor;
        if (keepsLines && matrix.stride() == length) {
            convert(origin, (long) lines * length, working, exponent, target, targetStart);
        } else if (keepsLines) {
            for (int line = 0; line < lines; line++) {
                convert(origin + line * matrix.stride(), length, working, exponent, target,
                        targetStart + (long) line * length);
            }
        } else {
            transpose(origin, lines, length, working, exponent, target, targetStart);
        }
    }

    /** Writes elements that follow each other in memory, as float64. */
    void widen(long first, int count, MemorySegment target, long start) {
        convert(first, count, Element.F64, 0, target, start);
    }

    private void convert(long first, long count, Element working, int exponent, MemorySegment target, long start) {
        for (long done = 0; done < count; done += PIECE) {
            int piece = (int) Math.min(PIECE, count - done);
            locate(first + done, piece);
            kernels.convert(
                    run, runOffset, element, piece, target, (start + done) * working.bytes(), working, exponent);
        }
    }

    private void transpose(
            long origin, int lines, int length, Element working, int exponent, MemorySegment target, long start) {
        tile = NativeBuffer.ofSize(tile, (long) TILE * PIECE * Double.BYTES);
        MemorySegment together = tile.segment();
        for (int line = 0; line < lines; line += TILE) {
            int count = Math.min(TILE, lines - line);
            for (int from = 0; from < length; from += PIECE) {
                int piece = Math.min(PIECE, length - from);
                for (int l = 0; l < count; l++) {
                    convert(origin + (line + l) * matrix.stride() + from, piece, working, exponent, together,
                            (long) l * piece);
                }
                Transpose.interleave(
                        working, together, count, piece, target, start + line + (long) from * lines, lines);
            }
        }
    }
}
