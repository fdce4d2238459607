package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F32;
import static io.github.logalign.internal.simd.Species.F64;

import java.lang.foreign.MemorySegment;

/**
 * The kernels with the Vector API. Sums are folded in a fixed order, so one width always gives one result.
 *
 * <p>Each loop is a small method of its own with vectors in locals only: anything else makes C2 box them. So does a method of
 * ours that is called in the loop, if C2 happens to have compiled it by itself before. The loops lie in classes by what they
 * do. The code around the loops is here: with one more call on the way to a loop, C2 boxed in the scan of F64. A call with
 * no elements creates no vector, see {@link KernelWarmUp}.
 */
final class VectorKernels implements Kernels {

    /** Long arrays are scanned in pieces whose loops have int counters, which C2 unrolls and frees of bounds checks. */
    private static final int PIECE = 1 << 16;

    private static final Tile TILE = Tile.selected();

    /** For the widths that have no tiles for it. */
    private static final Kernels GRAM_WITHOUT_TILES = new ScalarKernels(TILE);

    @Override
    public int bits() {
        return F64.vectorBitSize();
    }

    @Override
    public int panelWidth(Element working) {
        return TILE.panelWidth(working);
    }

    @Override
    public int tileRows() {
        return TILE.rows();
    }

    @Override
    public long projectionScratch(Element working, int tokens, int n) {
        return TokenTiles.scratch(TILE, working, tokens, n);
    }

    @Override
    public double maxMagnitude(MemorySegment source, long offset, Element element, long count) {
        long max = 0;
        for (long done = 0; done < count; done += PIECE) {
            int piece = (int) Math.min(PIECE, count - done);
            long at = offset + done * element.bytes();
            int whole = piece - piece % VectorScans.lanes(element);
            long bits = switch (element) {
                case F64 -> VectorScans.maxBits64(source, at, whole);
                case F32 -> VectorScans.maxBits32(source, at, whole);
                case F16, BF16 -> VectorScans.maxBits16(source, at, whole);
            };
            max = Math.max(max, bits);
            for (int i = whole; i < piece; i++) {
                max = Math.max(max, Scalars.magnitudeBits(source, at + (long) i * element.bytes(), element));
            }
        }
        return Scalars.valueOf(max, element);
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
        int whole = 0;
        double factor = Math.scalb(1.0, exponent);
        // Exponents beyond one factor's reach are rare enough for the scalar twin.
        if (Math.abs(exponent) <= (element == Element.F64 ? 1000 : 100)) {
            whole = count - count % F32.length();
            boolean wide = working == Element.F64;
            switch (element) {
                case F64 -> {
                    if (wide) {
                        VectorConversions.f64ToF64(source, offset, whole, target, targetOffset, factor);
                    } else {
                        VectorConversions.f64ToF32(source, offset, whole, target, targetOffset, factor);
                    }
                }
                case F32 -> {
                    if (wide) {
                        VectorConversions.f32ToF64(source, offset, whole, target, targetOffset, (float) factor);
                    } else {
                        VectorConversions.f32ToF32(source, offset, whole, target, targetOffset, (float) factor);
                    }
                }
                case F16 -> {
                    if (wide) {
                        VectorConversions.f16ToF64(source, offset, whole, target, targetOffset, (float) factor);
                    } else {
                        VectorConversions.f16ToF32(source, offset, whole, target, targetOffset, (float) factor);
                    }
                }
                case BF16 -> {
                    if (wide) {
                        VectorConversions.bf16ToF64(source, offset, whole, target, targetOffset, (float) factor);
                    } else {
                        VectorConversions.bf16ToF32(source, offset, whole, target, targetOffset, (float) factor);
                    }
                }
            }
        }
        if (whole == 0 && count >= F32.length()) {
            Simd.scalar().convert(source, offset, element, count, target, targetOffset, working, exponent);
            return;
        }
        for (int i = whole; i < count; i++) {
            double value = Scalars.get(source, offset + (long) i * element.bytes(), element);
            Scalars.put(target, targetOffset + (long) i * working.bytes(), working,
                    value * Scalars.factor(exponent, false) * Scalars.factor(exponent, true));
        }
    }

    @Override
    public double sumOfSquares(MemorySegment source, long offset, Element element, int count) {
        int whole = count - count % (4 * F64.length());
        double sum = switch (element) {
            case F64 -> VectorSums.sumOfSquaresF64(source, offset, whole);
            case F32 -> VectorSums.sumOfSquaresF32(source, offset, whole);
            case BF16 -> VectorSums.sumOfSquaresBf16(source, offset, whole);
            case F16 -> throw new IllegalArgumentException("sums of squares of F16 are taken after widening");
        };
        for (int i = whole; i < count; i++) {
            double value = Scalars.get(source, offset + (long) i * element.bytes(), element);
            sum += value * value;
        }
        return sum;
    }

    @Override
    public double dot(double[] a, double[] b) {
        int whole = F64.loopBound(a.length);
        double sum = VectorSums.dotVectors(a, b, whole);
        for (int i = whole; i < a.length; i++) {
            sum = Math.fma(a[i], b[i], sum);
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
        if (working == Element.F64) {
            F64Projection.addSquares(x, xOffset, xStride, tokens, n, panels, directions, scratch, sums);
        } else {
            F32Projection.addSquares(x, xOffset, xStride, tokens, n, panels, directions, scratch, sums);
        }
    }

    @Override
    public void addSquaresOfColumns(
            Element working, MemorySegment rows, int count, int columns, MemorySegment sums) {
        int lanes = F64.length();
        int whole = columns - columns % lanes;
        for (int column = 0; column < whole; column += lanes) {
            if (working == Element.F64) {
                VectorSums.columnsF64(rows, (long) column * Double.BYTES, (long) columns * Double.BYTES, count, sums,
                        (long) column * Double.BYTES);
            } else {
                VectorSums.columnsF32(rows, (long) column * Float.BYTES, (long) columns * Float.BYTES, count, sums,
                        (long) column * Double.BYTES);
            }
        }
        for (int column = whole; column < columns; column++) {
            double sum = 0;
            for (int row = 0; row < count; row++) {
                double value = Scalars.get(rows, ((long) row * columns + column) * working.bytes(), working);
                sum += value * value;
            }
            long to = (long) column * Double.BYTES;
            sums.set(Scalars.F64, to, sums.get(Scalars.F64, to) + sum);
        }
    }

    @Override
    public void packGram(
            Element working, MemorySegment rows, int first, int count, int depth, GramLayout layout,
            MemorySegment packed) {
        if (!TILE.hasGramMatrix()) {
            GRAM_WITHOUT_TILES.packGram(working, rows, first, count, depth, layout, packed);
        } else if (working == Element.F64) {
            F64Gram.pack(rows, first, count, depth, layout, packed);
        } else {
            F32Gram.pack(rows, first, count, depth, layout, packed);
        }
    }

    @Override
    public void addGram(Element working, MemorySegment packed, int depth, GramLayout layout, MemorySegment gram) {
        if (!TILE.hasGramMatrix()) {
            GRAM_WITHOUT_TILES.addGram(working, packed, depth, layout, gram);
        } else if (working == Element.F64) {
            F64Gram.add(packed, depth, layout, gram);
        } else {
            F32Gram.add(packed, depth, layout, gram);
        }
    }

    @Override
    public boolean isReady(KernelKind kind, Element element, Element working) {
        return kind.beatsBlas(TILE);
    }

    @Override
    public void expect(KernelKind kind, Element element, Element working, double multiplications) {
        // Callers of these kernels use them in any state.
    }
}
