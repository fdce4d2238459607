package io.github.logalign.probe;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Alignment;
import io.github.logalign.internal.events.ProbeSnapshotEvent;
import org.jspecify.annotations.Nullable;

/**
 * What a probe knows at one moment.
 *
 * @param layer the layer's name
 * @param generation how many times the weights have been replaced
 * @param alignment of the tokens in the window, or why it is undefined
 * @param tokens how many tokens the alignment stands for: those in the window that were drawn and count
 * @param activations the spectrum of these tokens, or null if the probe projects on none
 * @param counts what became of all tokens since the probe was made
 * @param problem why tokens were rejected the last time, in one line, or null
 */
public record ProbeSnapshot(
        String layer,
        long generation,
        Alignment alignment,
        long tokens,
        @Nullable ActivationSpectrum activations,
        ProbeCounts counts,
        @Nullable String problem) {

    /** Ends the event of taking this snapshot, if there is one. */
    void report(@Nullable ProbeSnapshotEvent event) {
        if (event != null) {
            event.finish(layer, alignment.isDefined() ? alignment.lar() : Double.NaN, tokens, counts.dropped());
        }
    }
}
