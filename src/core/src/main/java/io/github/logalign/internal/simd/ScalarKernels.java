package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/** The kernels in plain loops: the reference for tests of the vector kernels, and the implementation that runs without them. */
final class ScalarKernels implements Kernels {

    /** The directions of a tile: sums side by side, so that one addition need not wait for the other. */
    private static final int LANES = 4;

    private final Tile tile;

    /**
     * The kernels on the panels of a tile.
     */
    ScalarKernels(Tile tile) {
        this.tile = tile;
    }

    @Override
    public int bits() {
        return 0;
    }

    @Override
    public int panelWidth(Element working) {
        return tile.panelWidth(working);
    }

    @Override
    public int tileRows() {
        return tile.rows();
    }

    @Override
    public long projectionScratch(Element working, int tokens, int n) {
        return TokenTiles.scratch(tile, working, tokens, n);
    }

    @Override
    public boolean isReady(KernelKind kind, Element element, Element working) {
        return kind != KernelKind.PROJECT && kind != KernelKind.GRAM;
    }

    @Override
    public void expect(KernelKind kind, Element element, Element working, double multiplications) {
        // There is nothing to compile.
    }

    @Override
    public double maxMagnitude(MemorySegment source, long offset, Element element, long count) {
        try (ElementBuffer buffer = ElementBuffer.take()) {
            long max = 0;
            for (long start = 0; start < count; start += ElementBuffer.LENGTH) {
                int length = (int) Math.min(ElementBuffer.LENGTH, count - start);
                max = Math.max(max, buffer.maxMagnitudeBits(source, offset + start * element.bytes(), element, length));
            }
            return Scalars.valueOf(max, element);
        }
    }

    @Override
    public void convert(
            MemorySegment source,
            long offset,
            Element element,
            int count,
            MemorySegment target,
            long targetOffset,
            Element working,
            int exponent) {
        if (exponent == 0 && element == working) {
            MemorySegment.copy(source, offset, target, targetOffset, (long) count * working.bytes());
            return;
        }
        try (ElementBuffer buffer = ElementBuffer.take()) {
            for (int start = 0; start < count; start += ElementBuffer.LENGTH) {
                int length = Math.min(ElementBuffer.LENGTH, count - start);
                double[] values = buffer.read(source, offset + (long) start * element.bytes(), element, length);
                if (exponent != 0) {
                    scale(values, length, exponent);
                }
                buffer.write(length, target, targetOffset + (long) start * working.bytes(), working);
            }
        }
    }

    private static void scale(double[] values, int count, int exponent) {
        double first = Scalars.factor(exponent, false);
        double second = Scalars.factor(exponent, true);
        for (int i = 0; i < count; i++) {
            values[i] = values[i] * first * second;
        }
    }

    @Override
    public double sumOfSquares(MemorySegment source, long offset, Element element, int count) {
        try (ElementBuffer buffer = ElementBuffer.take()) {
            buffer.startSums();
            for (int start = 0; start < count; start += ElementBuffer.LENGTH) {
                int length = Math.min(ElementBuffer.LENGTH, count - start);
                long at = offset + (long) start * element.bytes();
                if (element == Element.BF16) {
                    buffer.addSquaresAnywhere(source, at, length);
                } else {
                    buffer.addSquares(source, at, element, length);
                }
            }
            return buffer.total();
        }
    }

    @Override
    public double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void addSquaredProjections(
            Element working,
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment scratch,
            MemorySegment sums) {
        int width = panelWidth(working);
        for (int panel = 0; panel * width < directions; panel++) {
            for (int lane = 0; lane < Math.min(width, directions - panel * width); lane += LANES) {
                // Panels of six doubles: the last lanes of the one before are left out.
                int overlap = Math.max(0, lane + LANES - width);
                long from = ((long) panel * width * n + lane - overlap) * working.bytes();
                long to = ((long) panel * width + lane - overlap) * Double.BYTES;
                for (int token = 0; token < tokens; token++) {
                    long row = xOffset + token * xStride;
                    if (working == Element.F64) {
                        F64ScalarProjection.addSquares(x, row, n, panels, from, width, sums, to, overlap);
                    } else {
                        F32ScalarProjection.addSquares(x, row, n, panels, from, width, sums, to, overlap);
                    }
                }
            }
        }
    }

    @Override
    public void addSquaresOfColumns(
            Element working, MemorySegment rows, int count, int columns, MemorySegment sums) {
        try (ElementBuffer buffer = ElementBuffer.take()) {
            for (int start = 0; start < columns; start += ElementBuffer.LENGTH) {
                int length = Math.min(ElementBuffer.LENGTH, columns - start);
                long place = (long) start * Double.BYTES;
                buffer.startSums(sums, place, length);
                for (int row = 0; row < count; row++) {
                    buffer.addSquares(rows, ((long) row * columns + start) * working.bytes(), working, length);
                }
                buffer.writeSums(sums, place, length);
            }
        }
    }

    @Override
    public void packGram(
            Element working, MemorySegment rows, int first, int count, int depth, GramLayout layout,
            MemorySegment packed) {
        for (int row = first; row < first + count; row++) {
            long from = (long) (row - first) * layout.n() * working.bytes();
            for (int panel = 0; panel < layout.panels(); panel++) {
                long to = layout.panel(panel, depth) + (long) row * layout.width();
                copy(working, rows, from, panel * layout.width(), layout.n(), layout.width(), packed, to);
            }
            int groups = layout.groupsAreInPanels() ? 0 : layout.groups();
            for (int group = 0; group < groups; group++) {
                long to = layout.group(group, depth) + (long) row * layout.tileRows();
                copy(working, rows, from, group * layout.tileRows(), layout.n(), layout.tileRows(), packed, to);
            }
        }
    }

    /** Some columns of a row, and zeros beyond the last one. */
    private static void copy(
            Element working, MemorySegment rows, long from, int column, int n, int width, MemorySegment packed,
            long to) {
        for (int lane = 0; lane < width; lane++) {
            double value = column + lane < n
                    ? Scalars.get(rows, from + (long) (column + lane) * working.bytes(), working)
                    : 0;
            Scalars.put(packed, (to + lane) * working.bytes(), working, value);
        }
    }

    @Override
    public void addGram(Element working, MemorySegment packed, int depth, GramLayout layout, MemorySegment gram) {
        for (int i = 0; i < layout.n(); i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < depth; k++) {
                    sum += packed(working, packed, i, k, depth, layout) * packed(working, packed, j, k, depth, layout);
                }
                long to = ((long) i * layout.stride() + j) * Double.BYTES;
                gram.set(Scalars.F64, to, gram.get(Scalars.F64, to) + sum);
            }
        }
    }

    private static double packed(
            Element working, MemorySegment packed, int column, int row, int depth, GramLayout layout) {
        int width = layout.width();
        long index = layout.panel(column / width, depth) + (long) row * width + column % width;
        return Scalars.get(packed, index * working.bytes(), working);
    }
}
