package io.github.logalign.tensor;

import java.util.List;
import java.util.Optional;

/**
 * Which scale belongs to which elements of a tensor: matrices, each divided into blocks of one size with a scale each. At the
 * ends of rows and columns blocks are cut off.
 *
 * @param matrixRows the rows of a matrix
 * @param matrixColumns its columns
 * @param rows the rows of a block
 * @param columns its columns
 * @param perMatrix whether each matrix has scales of its own; else all have the same
 */
record ScaleBlocks(long matrixRows, long matrixColumns, long rows, long columns, boolean perMatrix) {

    /** A scale for all matrices together. */
    private static ScaleBlocks whole(long[] shape) {
        int last = shape.length - 1;
        return new ScaleBlocks(shape[last - 1], shape[last], shape[last - 1], shape[last], false);
    }

    /**
     * The blocks of a tensor of 2 or 3 dimensions, as the shape of its scales tells them: one scale; one for each matrix of
     * three dimensions, or row of two; or as many in each dimension as there are blocks, whose sizes are powers of two, or
     * the dimension's. That is never ambiguous.
     *
     * @param stated the rows and columns of the blocks, if they are stated; else empty
     * @return empty if the scales do not fit
     */
    static Optional<ScaleBlocks> of(long[] shape, long[] scales, List<Long> stated) {
        if (Shapes.elements(scales) == 1) {
            return Optional.of(whole(shape));
        }
        int last = shape.length - 1;
        long matrixRows = shape[last - 1];
        long matrixColumns = shape[last];
        if (scales.length == 1) {
            if (scales[0] != shape[0]) {
                return Optional.empty();
            }
            boolean perMatrix = shape.length == 3;
            return Optional.of(new ScaleBlocks(
                    matrixRows, matrixColumns, perMatrix ? matrixRows : 1, matrixColumns, perMatrix));
        }
        if (scales.length != shape.length || (shape.length == 3 && scales[0] != shape[0])) {
            return Optional.empty();
        }
        boolean isStated = stated.size() == 2;
        long rows = isStated
                ? fitting(stated.getFirst(), matrixRows, scales[last - 1])
                : blockSize(matrixRows, scales[last - 1]);
        long columns = isStated
                ? fitting(stated.getLast(), matrixColumns, scales[last])
                : blockSize(matrixColumns, scales[last]);
        return rows == 0 || columns == 0
                ? Optional.empty()
                : Optional.of(new ScaleBlocks(matrixRows, matrixColumns, rows, columns, shape.length == 3));
    }

    /** The size, if so many blocks of it cover a length; else 0. */
    private static long fitting(long size, long length, long count) {
        return size > 0 && Math.ceilDiv(length, size) == count ? size : 0;
    }

    /** The size of which so many blocks cover a length; 0 if there is none. */
    private static long blockSize(long length, long count) {
        if (count == 1) {
            return length;
        }
        for (long size = 1; count > 0 && size < length; size *= 2) {
            if (Math.ceilDiv(length, size) == count) {
                return size;
            }
        }
        return 0;
    }

    long elementsOfMatrix() {
        return matrixRows * matrixColumns;
    }

    long scalesOfMatrix() {
        return Math.ceilDiv(matrixRows, rows) * Math.ceilDiv(matrixColumns, columns);
    }

    /** How many elements from one on have its scale, and follow it in its row. */
    long run(long element) {
        long column = element % matrixColumns;
        return Math.min(matrixColumns - column, columns - column % columns);
    }

    /** The place of an element's scale among the scales. */
    int scaleOf(long element) {
        long matrix = perMatrix ? element / elementsOfMatrix() : 0;
        long row = element / matrixColumns % matrixRows;
        long column = element % matrixColumns;
        long scale = matrix * scalesOfMatrix() + row / rows * Math.ceilDiv(matrixColumns, columns) + column / columns;
        return Math.toIntExact(scale);
    }
}
