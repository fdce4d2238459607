package io.github.logalign.track;

import java.io.Serializable;
import java.util.Objects;

/**
 * How strong the evidence for an alarm of a stated rate has been, whether it fired or not.
 *
 * @param layer the layer
 * @param kind the condition
 * @param eValue the largest so far; 1 at the start, and an alarm fires where it reaches what is needed
 * @param neededEValue what is needed for the stated rate over all layers and conditions watched
 * @param step the step at which the evidence was largest, or 0 if no row counted
 */
public record Standing(String layer, Alarm.Kind kind, double eValue, double neededEValue, long step)
        implements
            Serializable {

    /** Rejects null components. */
    public Standing {
        Objects.requireNonNull(layer, "layer");
        Objects.requireNonNull(kind, "kind");
    }
}
