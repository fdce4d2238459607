package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the counted tokens in blocks, and projects each block on directions.
 *
 * <p>For one thread.
 */
public final class Projection implements AutoCloseable {

    private final TokenProjector projector;
    private final TokenBlocks blocks;
    private final NativeBuffer room;
    private final double[] sums;
    private final long columns;
    private double sumOfSquares;

    /**
     * Makes one of the tokens from a first to before a last.
     *
     * @param directions what is projected on
     * @param projector of these directions; closed with this
     */
    public Projection(Directions directions, TokenProjector projector, Matrix x, @Nullable TokenMask mask,
            Precision precision, long first, long last) {
        this.projector = projector;
        this.columns = x.columns();
        this.sums = new double[directions.count()];
        TokenBlocks opened = null;
        try {
            opened = new TokenBlocks(x, mask, precision, "activations", first, last, projector.blockBytes());
            this.room = NativeBuffer.allocate(directions.room() * Double.BYTES);
        } catch (RuntimeException | Error failed) {
            if (opened != null) {
                opened.close();
            }
            projector.close();
            throw failed;
        }
        this.blocks = opened;
        projector.prepare(blocks);
    }

    @Override
    public void close() {
        room.close();
        blocks.close();
        projector.close();
    }

    /** Begins again, with the tokens of a group alone. */
    public void restrictTo(TokenGroups groups, int group) {
        blocks.restrictTo(groups, group);
    }

    /** Projects the next block; false if there is none. */
    public boolean advance() {
        if (!blocks.advance()) {
            return false;
        }
        if (columns > 0) {
            MemorySegment target = room.segment();
            NativeBuffer.clear(target);
            projector.add(blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), target);
            MemorySegment.copy(target, ValueLayout.JAVA_DOUBLE, 0, sums, 0, sums.length);
        }
        sumOfSquares = columns == 0 ? 0 : blocks.sumOfSquares();
        return true;
    }

    /** The block's squared projections, summed over its tokens, on each direction; overwritten by the next block. */
    public double[] sums() {
        return sums;
    }

    /** The sum of the first of them. */
    public double sumOfFirst(int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += sums[i];
        }
        return sum;
    }

    /** The sum of them, each times its own weight. */
    public double weightedSum(double[] weights) {
        return Simd.kernels().dot(weights, sums);
    }

    /** The sum of the squares of the block's elements. */
    public double sumOfSquares() {
        return sumOfSquares;
    }

    /** What the block was multiplied by, as an exponent of 2: the sums are 2^(2 exponent) as large. */
    public int exponent() {
        return blocks.exponent();
    }

    /** How many tokens all blocks so far have. */
    public long counted() {
        return blocks.counted();
    }

    /** The routines that projected. */
    public Set<Routine> routines() {
        return projector.routines();
    }
}
