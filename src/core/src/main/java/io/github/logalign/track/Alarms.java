package io.github.logalign.track;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What rules say about a series.
 *
 * @param fired the alarms, sorted by step
 * @param falseAlarms the stated rate: the largest probability that a healthy run raises any alarm that is not heuristic;
 *     null without a baseline
 * @param standings the evidence for each watched layer of the baseline and each condition of stated rate, whether it
 *     fired or not
 * @param unwatched the layers of the baseline that were chosen but cannot be watched, with the reason
 */
public record Alarms(
        List<Alarm> fired,
        @Nullable Double falseAlarms,
        List<Standing> standings,
        Map<String, String> unwatched) implements Serializable {

    /** No rules say nothing. */
    public static final Alarms NONE = new Alarms(List.of(), null, List.of(), Map.of());

    /** Copies the collections. */
    public Alarms {
        fired = List.copyOf(fired);
        standings = List.copyOf(standings);
        unwatched = Map.copyOf(unwatched);
    }
}
