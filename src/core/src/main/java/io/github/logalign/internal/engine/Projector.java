package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.KernelKind;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds squared projections of blocks of tokens: with the fused vector kernel, or with a matrix product by BLAS and a pass of
 * squares where that is faster: without vectors, and before C2 has compiled the kernel.
 *
 * <p>For one thread.
 */
public final class Projector implements TokenProjector {

    /** Below so many multiplications even the interpreter takes only milliseconds: they do not amortise a call of BLAS. */
    private static final double SMALL = 2e5;

    /** Tokens that stay in the cache while one panel after the other is multiplied with them. */
    private static final long BLOCK_BYTES = 4L << 20;

    /** Directions that are multiplied at once: the product of a block of tokens with them stays in the cache. */
    private static final int DIRECTIONS = 384;

    private final Kernels kernels = Simd.kernels();
    private final Element working;
    private final Real real;
    private final Products products;
    private final BlasSource blasSource;
    private final PackedDirections directions;
    private final int panelCount;
    private final int width;
    private final int n;
    private final int group;
    private final Set<Routine> routines = EnumSet.noneOf(Routine.class);
    private @Nullable NativeBuffer tokenTiles;
    private @Nullable NativeBuffer gathered;
    private @Nullable NativeBuffer projections;

    /** Whether a BLAS library is found; null before the first lookup. */
    private @Nullable Boolean blasIsThere;

    /**
     * Makes a projector.
     *
     * @param directions readable for this thread
     * @param tokens the approximate number of tokens
     */
    public Projector(PackedDirections directions, Products products, BlasSource blasSource, long tokens) {
        this.working = directions.element();
        this.real = WorkingTypes.real(directions.precision());
        this.products = products;
        this.blasSource = blasSource;
        this.directions = directions;
        this.width = directions.panelWidth();
        this.panelCount = directions.panelCount();
        this.n = directions.n();
        this.group = Math.min(panelCount, Math.max(1, DIRECTIONS / width));
        kernels.expect(KernelKind.PROJECT, working, working, multiplications(tokens));
    }

    private double multiplications(long tokens) {
        return (double) tokens * n * directions.count();
    }

    @Override
    public void close() {
        close(tokenTiles);
        close(gathered);
        close(projections);
    }

    private static void close(@Nullable NativeBuffer buffer) {
        if (buffer != null) {
            buffer.close();
        }
    }

    @Override
    public Set<Routine> routines() {
        return routines;
    }

    @Override
    public long blockBytes() {
        return BLOCK_BYTES;
    }

    /** BLAS reads tokens in another thread, and faster if they are aligned. */
    @Override
    public void prepare(TokenBlocks blocks) {
        if (byBlas(blocks.capacity())) {
            blocks.copyAll();
        }
    }

    /** Whether a block of so many tokens is projected by BLAS. */
    private boolean byBlas(int tokens) {
        return switch (products) {
            case KERNEL -> false;
            case BLAS -> true;
            case AUTO -> !kernels.isReady(KernelKind.PROJECT, working, working) && multiplications(tokens) > SMALL
                    && blasIsThere();
        };
    }

    /** Determined once, since each failed lookup may be a search. */
    private boolean blasIsThere() {
        if (blasIsThere == null) {
            blasIsThere = blasSource.isThere();
        }
        return blasIsThere;
    }

    @Override
    public void add(MemorySegment x, long offset, long stride, int tokens, MemorySegment sums) {
        if (byBlas(tokens)) {
            routines.add(Routine.GEMM);
            addByBlas(x.asSlice(offset), Math.toIntExact(stride / working.bytes()), tokens, sums);
        } else {
            routines.add(Routine.KERNEL);
            tokenTiles = NativeBuffer.ofSize(tokenTiles, kernels.projectionScratch(working, tokens, n));
            kernels.addSquaredProjections(working, x, offset, stride, tokens, n, directions.memory(),
                    directions.count(), tokenTiles.segment(), sums);
        }
    }

    private void addByBlas(MemorySegment x, int stride, int tokens, MemorySegment sums) {
        Blas blas = blasSource.get();
        if (gathered == null) {
            gathered = NativeBuffer.allocate((long) group * width * n * working.bytes());
        }
        projections = NativeBuffer.ofSize(projections, (long) group * width * tokens * working.bytes());
        MemorySegment v = gathered.segment();
        MemorySegment y = projections.segment();
        for (int panel = 0; panel < panelCount; panel += group) {
            int together = Math.min(group, panelCount - panel);
            int count = together * width;
            gatherPanels(panel, together, v);
            Blas.onLargeStack(Work.BATCH, () -> {
                blas.level3().gemm(1, Block.of(real, v, count, n), Block.of(real, x, n, tokens, stride), 0,
                        Block.of(real, y, count, tokens));
                return count;
            });
            kernels.addSquaresOfColumns(working, y, tokens, count,
                    sums.asSlice((long) panel * width * Double.BYTES));
        }
    }

    /** Panels side by side are a matrix, column-major, one coordinate a column. */
    private void gatherPanels(int first, int count, MemorySegment target) {
        long line = (long) width * working.bytes();
        for (int panel = 0; panel < count; panel++) {
            long from = (long) (first + panel) * n * line;
            for (int coordinate = 0; coordinate < n; coordinate++) {
                MemorySegment.copy(directions.memory(), from + coordinate * line, target,
                        ((long) coordinate * count + panel) * line,
                        line);
            }
        }
    }
}
