package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/**
 * The vector kernels where C2 has compiled them, the scalar twins until then: both read the same panels. Small work never
 * touches the Vector API, whose classes alone cost more than it.
 */
final class TieredKernels implements Kernels {

    /** Multiplications of a call that takes long enough for its time to say something: 10 to 100 microseconds. */
    private static final double WORTH_WATCHING = 1e6;

    private final Tile tile;
    private final Kernels scalar;
    private final Kernels vector;
    private final KernelReadiness readiness;

    /**
     * Both twins for one tile.
     *
     * @param scalar reads the panels of the vector kernels
     * @param readiness decides between them
     */
    TieredKernels(Tile tile, Kernels scalar, Kernels vector, KernelReadiness readiness) {
        this.tile = tile;
        this.scalar = scalar;
        this.vector = vector;
        this.readiness = readiness;
    }

    private Kernels by(KernelKind kind, Element element, Element working, double work) {
        if (readiness.isReady(kind, element, working)) {
            return vector;
        }
        expect(kind, element, working, work);
        return scalar;
    }

    private void watch(Kernels chosen, KernelKind kind, Element working, double multiplications, long before) {
        if (chosen.bits() > 0 && multiplications >= WORTH_WATCHING) {
            readiness.ran(kind, working, working, multiplications, System.nanoTime() - before);
        }
    }

    @Override
    public int bits() {
        return tile.bits();
    }

    @Override
    public int panelWidth(Element working) {
        return scalar.panelWidth(working);
    }

    @Override
    public int tileRows() {
        return scalar.tileRows();
    }

    @Override
    public long projectionScratch(Element working, int tokens, int n) {
        return scalar.projectionScratch(working, tokens, n);
    }

    @Override
    public boolean isReady(KernelKind kind, Element element, Element working) {
        return kind.beatsBlas(tile) && readiness.isReady(kind, element, working);
    }

    @Override
    public void expect(KernelKind kind, Element element, Element working, double multiplications) {
        if (kind.beatsBlas(tile)) {
            readiness.expect(kind, element, working, multiplications);
        }
    }

    @Override
    public double maxMagnitude(MemorySegment source, long offset, Element element, long count) {
        return by(KernelKind.SCAN, element, element, WarmUp.ELEMENT * count).maxMagnitude(source, offset, element,
                count);
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
        by(KernelKind.CONVERT, element, working, WarmUp.ELEMENT * count)
                .convert(source, offset, element, count, target, targetOffset, working, exponent);
    }

    @Override
    public double sumOfSquares(MemorySegment source, long offset, Element element, int count) {
        return by(KernelKind.SQUARES, element, element, WarmUp.ELEMENT * count)
                .sumOfSquares(source, offset, element, count);
    }

    @Override
    public double dot(double[] a, double[] b) {
        return scalar.dot(a, b);
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
        double multiplications = (double) tokens * n * directions;
        Kernels chosen = by(KernelKind.PROJECT, working, working, multiplications);
        long before = System.nanoTime();
        chosen.addSquaredProjections(working, x, xOffset, xStride, tokens, n, panels, directions, scratch, sums);
        watch(chosen, KernelKind.PROJECT, working, multiplications, before);
    }

    @Override
    public void addSquaresOfColumns(
            Element working, MemorySegment rows, int count, int columns, MemorySegment sums) {
        by(KernelKind.COLUMNS, working, working, WarmUp.ELEMENT * count * columns)
                .addSquaresOfColumns(working, rows, count, columns, sums);
    }

    @Override
    public void packGram(
            Element working, MemorySegment rows, int first, int count, int depth, GramLayout layout,
            MemorySegment packed) {
        by(KernelKind.GRAM, working, working, 0).packGram(working, rows, first, count, depth, layout, packed);
    }

    @Override
    public void addGram(Element working, MemorySegment packed, int depth, GramLayout layout, MemorySegment gram) {
        double multiplications = (double) depth * layout.n() * layout.n();
        Kernels chosen = by(KernelKind.GRAM, working, working, multiplications);
        long before = System.nanoTime();
        chosen.addGram(working, packed, depth, layout, gram);
        watch(chosen, KernelKind.GRAM, working, multiplications, before);
    }
}
