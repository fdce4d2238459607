package io.github.logalign.probe;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.ActivationSums;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.events.ProbeSnapshotEvent;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.TokenSample.Drawn;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A probe that is given the inputs X of a layer whose spectrum is known, and gives the activation spectrum with the LAR. The
 * sampled rows are copied; a thread of the library's own projects them when a block of them is full, and a snapshot the rest.
 * If blocks fill faster than they are projected, batches are dropped.
 *
 * <p>Cost of a call: a copy of the sampled rows. Memory: blocks of up to 1 MB, four times as many as there are cores and two,
 * at the first use of each; n float64 for each pane.
 *
 * <p>Thread safety: any number of threads.
 */
public final class SpectrumProbe implements LayerProbe {

    private static final long BLOCK_BYTES = 1L << 20;
    private static final int LEAST_ROWS = 8;
    private static final int MOST_ROWS = 256;

    private final String layer;
    private final ProbeOptions options;
    private final LongSupplier clock;
    private final TokenSample sample;
    private final Tally tally = new Tally();
    private volatile Weights current;

    SpectrumProbe(String layer, WeightSpectrum weights, ProbeOptions options, LongSupplier clock) {
        this.layer = Arguments.required(layer, "layer");
        this.options = Arguments.required(options, "options");
        this.clock = clock;
        this.sample = new TokenSample(options.sampling(), options.seed());
        this.current = new Weights(weights, 0);
    }

    /**
     * Records what goes into the layer under certain weights. A thread takes it before it runs the layers below, so that its
     * batch does not count for weights that replaced them meanwhile.
     */
    public sealed interface Recorder permits Weights {

        /**
         * Records a batch.
         *
         * @param x T x n; read only during the call
         * @param mask T values, or null if every token counts
         * @return false if the batch was dropped or is for weights that have been replaced
         * @throws IllegalArgumentException if the sizes do not fit
         */
        boolean record(Matrix x, @Nullable TokenMask mask);
    }

    /** What one stripe fills. */
    private static final class Filling {
        @Nullable
        RowBlock block;
    }

    /** The weights of one generation, and what was recorded for them. */
    private final class Weights implements Recorder {

        private final WeightSpectrum spectrum;
        private final long generation;
        private final int columns;
        private final AtomicLong sampled = new AtomicLong();
        private final Stripes<Filling> stripes = new Stripes<>(1, Filling::new);
        private final RowBlocks blocks;

        /** Held by the one thread that projects; guards the panes. */
        private final ReentrantLock projecting = new ReentrantLock();

        private final Panes<ActivationSums> panes;
        private volatile boolean retired;

        Weights(WeightSpectrum spectrum, long generation) {
            ActivationSums empty = Arguments.required(spectrum, "weights").accumulator();
            this.spectrum = spectrum;
            this.generation = generation;
            this.columns = spectrum.columns();
            int rows = Math.clamp(BLOCK_BYTES / Math.max(1, (long) columns * Double.BYTES), LEAST_ROWS, MOST_ROWS);
            this.blocks = new RowBlocks(2 * stripes.count() + 2, rows, columns);
            this.panes = new Panes<>(options.window().panes(), empty::copy, ActivationSums::reset);
        }

        @Override
        public boolean record(Matrix x, @Nullable TokenMask mask) {
            int tokens = TokenSample.tokens(x, mask);
            if (x.columns() != columns) {
                throw new IllegalArgumentException(
                        "the activations have " + x.columns() + " columns, the weights have " + columns);
            }
            if (current != this) {
                tally.stale(tokens);
                return false;
            }
            Drawn drawn = sample.next(tokens, mask);
            long counting = drawn.countingOf(tokens);
            if (counting > Math.min(options.maxTokens(), blocks.rows())) {
                tally.dropped(tokens);
                return false;
            }
            if (counting > 0) {
                long pane = options.window().pane(sampled.getAndAdd(counting), clock.getAsLong());
                if (!copied(x, drawn, counting, pane)) {
                    if (retired) {
                        tally.stale(tokens);
                    } else {
                        tally.dropped(tokens);
                    }
                    return false;
                }
            }
            tally.leftOut(tokens, drawn.drawn(), counting);
            return true;
        }

        private boolean copied(Matrix x, Drawn drawn, long counting, long pane) {
            try {
                return Boundary.call(() -> Boolean.TRUE.equals(
                        stripes.withAny(filling -> copy(filling, x, drawn.counting(), counting, pane))));
            } catch (LogalignException noMemory) {
                return false;
            }
        }

        private boolean copy(Filling filling, Matrix x, @Nullable TokenMask counting, long count, long pane) {
            if (retired) {
                return false;
            }
            RowBlock block = filling.block;
            if (block != null && !block.takes(x.elementType(), pane, count)) {
                filling.block = null;
                blocks.addFull(block);
                ProbeThreads.execute(this::projectFull);
                block = null;
            }
            if (block == null) {
                block = blocks.takeFree();
                filling.block = block;
            }
            if (block == null) {
                return false;
            }
            block.add(x, counting, pane);
            return true;
        }

        private void projectFull() {
            projecting.lock();
            try {
                for (RowBlock block = blocks.takeFull(); block != null; block = blocks.takeFull()) {
                    if (retired) {
                        tally.stale(block.rows());
                    } else {
                        project(block);
                    }
                    blocks.release(block);
                }
            } finally {
                projecting.unlock();
            }
        }

        /** Waits until nothing reads the vectors any more, and counts what was not projected. */
        void retire() {
            projecting.lock();
            try {
                retired = true;
            } finally {
                projecting.unlock();
            }
            takeFromStripes();
            projectFull();
        }

        private void project(RowBlock block) {
            ActivationSums sums = panes.of(block.pane());
            Matrix rows = block.matrix();
            try {
                sums.add(rows);
                tally.recorded(rows.rows());
            } catch (LogalignException unusable) {
                addOneByOne(sums, rows);
            } catch (IllegalStateException closed) {
                tally.rejected(rows.rows(), closed);
            }
        }

        /** Rows of several batches stand together: one that is not finite must not take the others with it. */
        private void addOneByOne(ActivationSums sums, Matrix rows) {
            for (long row = 0; row < rows.rows(); row++) {
                try {
                    sums.add(rows.rows(row, 1));
                    tally.recorded(1);
                } catch (LogalignException unusable) {
                    tally.rejected(1, unusable);
                }
            }
        }

        /** Afterwards, all that was copied before is in the queue of full blocks, or projected. */
        private void takeFromStripes() {
            stripes.withEach(filling -> {
                RowBlock block = filling.block;
                if (block != null && !block.isEmpty()) {
                    filling.block = null;
                    blocks.addFull(block);
                }
            });
        }

        /** Null if the weights have been replaced meanwhile: nothing may read their vectors any more. */
        @Nullable
        ActivationSpectrum window() {
            takeFromStripes();
            projecting.lock();
            try {
                projectFull();
                if (retired) {
                    return null;
                }
                ActivationSums sums = spectrum.accumulator();
                panes.upTo(options.window().pane(sampled.get(), clock.getAsLong()), sums::merge);
                return sums.spectrum();
            } finally {
                projecting.unlock();
            }
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
     * @param mask T values, or null if every token counts
     * @return false if the batch was dropped
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public boolean record(Matrix x, @Nullable TokenMask mask) {
        return current.record(x, mask);
    }

    /**
     * Replaces the weights: from now on another window is filled, which begins empty.
     *
     * @param weights the spectrum of the new weights, with right singular vectors; its arena stays open as long as the probe
     *     is used. The arena of the old one may be closed when this returns
     */
    public synchronized void replaceWeights(WeightSpectrum weights) {
        Weights old = current;
        current = new Weights(weights, old.generation + 1);
        old.retire();
    }

    @Override
    public ProbeSnapshot snapshot() {
        ProbeSnapshotEvent event = Events.areRecorded() ? ProbeSnapshotEvent.begun() : null;
        Weights weights;
        ActivationSpectrum q;
        do {
            weights = current;
            q = weights.window();
        } while (q == null);
        ProbeSnapshot snapshot = new ProbeSnapshot(layer, weights.generation, weights.spectrum.alignment(q), q.tokens(),
                q, tally.counts(), tally.problem());
        snapshot.report(event);
        return snapshot;
    }
}
