package io.github.logalign.probe;

import io.github.logalign.AlignmentSums;
import io.github.logalign.WeightSpectrum;

/**
 * Watches a layer under live traffic: many threads record batches, and any thread may look at a {@link #snapshot()}. A probe
 * samples tokens, never waits, and does a bounded amount of work in a call: where it would have to wait, or more tokens were
 * drawn than {@link ProbeOptions#maxTokens()}, it drops the batch as a whole and counts it. Values that are not finite are
 * counted and left out; they do not reach the caller as exceptions.
 *
 * <p>{@link OutputsProbe} takes the layer's inputs and outputs, and adds up two norms where they lie. {@link SpectrumProbe}
 * takes inputs only, copies the sampled ones, and projects them later on another thread.
 *
 * <p>Thread safety: any number of threads, platform or virtual.
 */
public sealed interface LayerProbe permits OutputsProbe, SpectrumProbe {

    /**
     * A probe for inputs and outputs.
     *
     * @param layer the layer's name
     * @param weights empty sums of its weights, such as {@link AlignmentSums#of(io.github.logalign.matrix.Matrix)}; copied
     * @param options sampling and window
     * @return the probe
     */
    static OutputsProbe ofOutputs(String layer, AlignmentSums weights, ProbeOptions options) {
        return new OutputsProbe(layer, weights, options, System::nanoTime);
    }

    /**
     * A probe for inputs.
     *
     * @param layer the layer's name
     * @param weights their spectrum with right singular vectors, whose arena any thread may read and which stays open as
     *     long as the probe is used
     * @param options sampling and window
     * @return the probe
     * @throws IllegalStateException if the spectrum has no right singular vectors
     */
    static SpectrumProbe ofSpectrum(String layer, WeightSpectrum weights, ProbeOptions options) {
        return new SpectrumProbe(layer, weights, options, System::nanoTime);
    }

    /**
     * The layer's name.
     *
     * @return as it was given
     */
    String layer();

    /**
     * What the probe knows now. Threads that record go on meanwhile: what they record is in this snapshot or in the next one.
     *
     * @return the alignment of the window, and counts
     */
    ProbeSnapshot snapshot();
}
