package io.github.logalign.probe;

import io.github.logalign.AlignmentSums;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.events.ProbeSnapshotEvent;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.TokenSample.Drawn;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A probe that is given the inputs X and the outputs Z = X W^T of a layer: {@code overlap = ||Z||^2 / (||W||^2 ||X||^2)} over
 * the sampled tokens. It reads the sampled rows where they lie, on the thread that records them, and copies nothing.
 *
 * <p>Cost of a call: one pass over the sampled rows of X and Z. Memory: a few hundred bytes for each pane of the window and
 * for twice as many stripes as there are cores.
 *
 * <p>Thread safety: any number of threads. Source: arXiv 2605.28975.
 */
public final class OutputsProbe implements LayerProbe {

    /** The sums of a stripe are a few numbers for each pane. */
    private static final int LEAST_STRIPES = 16;

    private final String layer;
    private final ProbeOptions options;
    private final LongSupplier clock;
    private final TokenSample sample;
    private final Tally tally = new Tally();
    private volatile Weights current;

    OutputsProbe(String layer, AlignmentSums weights, ProbeOptions options, LongSupplier clock) {
        this.layer = Arguments.required(layer, "layer");
        this.options = Arguments.required(options, "options");
        this.clock = clock;
        this.sample = new TokenSample(options.sampling(), options.seed());
        this.current = new Weights(weights, 0);
    }

    /**
     * Records what goes in and comes out of the layer under certain weights. A thread takes it before it runs the layer, so
     * that its batch does not count for weights that replaced them meanwhile.
     */
    public sealed interface Recorder permits Weights {

        /**
         * Records a batch.
         *
         * @param x T x n; read only during the call
         * @param z T x m, the outputs without a bias; read only during the call
         * @param mask T values, or null if every token counts
         * @return false if the batch was dropped, rejected, or is for weights that have been replaced
         * @throws IllegalArgumentException if the sizes do not fit
         */
        boolean record(Matrix x, Matrix z, @Nullable TokenMask mask);
    }

    /** The weights of one generation, and what was recorded for them. */
    private final class Weights implements Recorder {

        private final AlignmentSums empty;
        private final long generation;
        private final AtomicLong sampled = new AtomicLong();
        private final Stripes<Panes<AlignmentSums>> stripes;

        Weights(AlignmentSums weights, long generation) {
            this.empty = Arguments.required(weights, "weights").copy();
            this.empty.reset();
            this.generation = generation;
            this.stripes = new Stripes<>(
                    LEAST_STRIPES, () -> new Panes<>(options.window().panes(), empty::copy, AlignmentSums::reset));
        }

        @Override
        public boolean record(Matrix x, Matrix z, @Nullable TokenMask mask) {
            int tokens = TokenSample.tokens(x, mask);
            Arguments.required(z, "z");
            if (current != this) {
                tally.stale(tokens);
                return false;
            }
            Drawn drawn = sample.next(tokens, mask);
            long counting = drawn.countingOf(tokens);
            if (counting == 0) {
                tally.leftOut(tokens, drawn.drawn(), 0);
                return true;
            }
            if (drawn.drawn() > options.maxTokens()) {
                tally.dropped(tokens);
                return false;
            }
            long pane = options.window().pane(sampled.getAndAdd(counting), clock.getAsLong());
            Boolean added;
            try {
                added = stripes.withAny(panes -> {
                    panes.of(pane).add(x, z, drawn.counting());
                    return true;
                });
            } catch (LogalignException unusable) {
                tally.rejected(tokens, unusable);
                return false;
            }
            if (added == null) {
                tally.dropped(tokens);
                return false;
            }
            tally.leftOut(tokens, drawn.drawn(), counting);
            tally.recorded(counting);
            return true;
        }

        AlignmentSums window() {
            AlignmentSums sums = empty.copy();
            long last = options.window().pane(sampled.get(), clock.getAsLong());
            stripes.withEach(panes -> panes.upTo(last, sums::merge));
            return sums;
        }
    }

    @Override
    public String layer() {
        return layer;
    }

    /**
     * What records for the weights of now.
     *
     * @return a recorder, which stays usable when the weights are replaced, and then counts its batches as stale
     */
    public Recorder recorder() {
        return current;
    }

    /**
     * Records a batch for the weights of now.
     *
     * @param x T x n; read only during the call
     * @param z T x m, the outputs without a bias; read only during the call
     * @param mask T values, or null if every token counts
     * @return false if the batch was dropped or rejected
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public boolean record(Matrix x, Matrix z, @Nullable TokenMask mask) {
        return current.record(x, z, mask);
    }

    /**
     * Replaces the weights: from now on another window is filled, which begins empty.
     *
     * @param weights empty sums of the new weights; copied
     */
    public synchronized void replaceWeights(AlignmentSums weights) {
        current = new Weights(weights, current.generation + 1);
    }

    @Override
    public ProbeSnapshot snapshot() {
        ProbeSnapshotEvent event = Events.areRecorded() ? ProbeSnapshotEvent.begun() : null;
        Weights weights = current;
        AlignmentSums sums = weights.window();
        ProbeSnapshot snapshot = new ProbeSnapshot(layer, weights.generation, sums.alignment(), sums.tokens(),
                null, tally.counts(), tally.problem());
        snapshot.report(event);
        return snapshot;
    }

    /**
     * The sums over the window, such as to merge them with those of other processes.
     *
     * @return a copy
     */
    public AlignmentSums sums() {
        return current.window();
    }
}
