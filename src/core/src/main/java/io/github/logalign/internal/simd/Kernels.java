package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/**
 * The loops over numbers. Two implementations compute the same: scalar and vector; results differ only in the order of
 * summation.
 *
 * <p>All segments are native, little-endian and need no alignment; offsets and strides are in bytes, counts in elements.
 * The <em>working type</em> is {@link Element#F64} or {@link Element#F32}. Callers have checked every argument.
 *
 * <p>Thread safety: implementations hold no state.
 */
public interface Kernels {

    /** The vector width in bits; 0 for scalar. */
    int bits();

    /**
     * Whether a kernel runs as fast as it ever will. {@link KernelKind#PROJECT} and {@link KernelKind#GRAM} are then faster
     * than matrix products by BLAS; where they never are, they are never ready.
     *
     * @param element the type of the elements
     * @param working the working type
     */
    boolean isReady(KernelKind kind, Element element, Element working);

    /** Announces work, so that the kernel is ready when it begins, if it is enough to gain from that. */
    void expect(KernelKind kind, Element element, Element working, double multiplications);

    /** How many directions stand side by side in one panel, see {@link Panels}. */
    int panelWidth(Element working);

    /** How many tokens, or columns of a Gram matrix, are multiplied with a panel at once. */
    int tileRows();

    /** The bytes of scratch memory that {@link #addSquaredProjections} needs. */
    long projectionScratch(Element working, int tokens, int n);

    /**
     * The largest magnitude of the elements, or a value that is not finite if any element is not finite. 0 if there is
     * none.
     */
    double maxMagnitude(MemorySegment source, long offset, Element element, long count);

    /**
     * Writes the elements, which must be finite, times 2^exponent in the working type.
     */
    void convert(
            MemorySegment source,
            long offset,
            Element element,
            int count,
            MemorySegment target,
            long targetOffset,
            Element working,
            int exponent);

    /**
     * The sum of squares of elements of F64, F32 or BF16, squared and summed in F64: not finite if, and but for F64 only if,
     * an element is not finite.
     */
    double sumOfSquares(MemorySegment source, long offset, Element element, int count);

    /** The dot product of two arrays of one length. */
    double dot(double[] a, double[] b);

    /**
     * Projects every token on every direction and adds the squares over the tokens: {@code sums[i] += sum_t (v_i . x_t)^2}.
     * Products and their sums over n are taken in the working type, the sums over blocks of tokens in F64.
     *
     * @param working the type of x and of the panels
     * @param x the tokens, row-major
     * @param xOffset where the first token begins
     * @param xStride from token to token
     * @param tokens how many
     * @param n the length of a token
     * @param panels the directions, packed with {@link Panels}
     * @param directions how many
     * @param scratch of the size {@link #projectionScratch}
     * @param sums F64, one for each direction that the panels have room for
     */
    void addSquaredProjections(
            Element working,
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment scratch,
            MemorySegment sums);

    /**
     * Adds the squares of the rows of a block: {@code sums[i] += sum_t y[t][i]^2}, in F64 but for the sums over a few rows.
     *
     * @param working the type of the rows
     * @param rows the block, row-major, its rows one after the other
     * @param count how many rows
     * @param columns their length
     * @param sums F64, {@code columns} of them
     */
    void addSquaresOfColumns(Element working, MemorySegment rows, int count, int columns, MemorySegment sums);

    /**
     * Packs rows for {@link #addGram}. The rows of a block are packed in ascending order.
     *
     * @param rows of the working type, n elements each, one after the other
     * @param first where the first of them goes in the block
     * @param count how many
     * @param depth the rows of the block
     * @param layout of these kernels
     * @param packed the block
     */
    void packGram(
            Element working, MemorySegment rows, int first, int count, int depth, GramLayout layout,
            MemorySegment packed);

    /**
     * Adds the products of all pairs of columns: {@code gram += block^T block}. Products and their sums over the block are
     * taken in the working type, the sum over blocks in F64.
     *
     * @param packed all rows of the block
     * @param depth the rows of the block
     * @param layout of these kernels
     * @param gram the matrix
     */
    void addGram(Element working, MemorySegment packed, int depth, GramLayout layout, MemorySegment gram);
}
