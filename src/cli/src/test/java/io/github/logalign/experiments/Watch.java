package io.github.logalign.experiments;

import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.Slope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A way to watch a run: which alarms it raises.
 *
 * @param name the name in the tables
 * @param rule the alarms of a run, given a healthy run to compare with
 */
record Watch(String name, Rule rule) {

    /** The alarms of a run. */
    @FunctionalInterface
    interface Rule {
        List<Alarm> alarms(LabRun run, LabRun baseline);
    }

    /** The step of the first alarm, empty if there is none. */
    OptionalLong first(LabRun run, LabRun baseline) {
        return rule.alarms(run, baseline).stream().mapToLong(Alarm::step).min();
    }

    private static final AlarmRules HEURISTICS = AlarmRules.heuristics(Slope.DEFAULT_WINDOW);

    /** Each kind of alarm alone, with its default threshold; where a rate is stated, with the default rate for it alone. */
    static List<Watch> single() {
        List<Watch> single = new ArrayList<>();
        for (Alarm.Kind kind : Alarm.Kind.values()) {
            single.add(kind.isHeuristic()
                    ? new Watch(kind.label(), (run, baseline) -> heuristics(run, baseline).stream()
                            .filter(alarm -> alarm.kind() == kind)
                            .toList())
                    : new Watch(kind.label(), (run, baseline) -> rated(
                            run, baseline, Map.of(kind, kind.defaultThreshold()))));
        }
        return single;
    }

    /** Each kind alone, and together those that are watched together. */
    static List<Watch> all() {
        List<Watch> all = new ArrayList<>(single());
        all.add(new Watch("any heuristic", Watch::heuristics));
        all.add(new Watch("as by default", (run, baseline) -> rated(run, baseline, Map.of(
                Alarm.Kind.BELOW_BASELINE, Alarm.Kind.BELOW_BASELINE.defaultThreshold(),
                Alarm.Kind.FASTER_DECLINE, Alarm.Kind.FASTER_DECLINE.defaultThreshold()))));
        return all;
    }

    private static List<Alarm> rated(LabRun run, LabRun healthy, Map<Alarm.Kind, Double> margins) {
        Baseline baseline = healthy.asBaseline();
        return AlarmRules.of(Map.of(), Slope.DEFAULT_WINDOW)
                .against(baseline, AlarmRules.DEFAULT_FALSE_ALARMS, margins)
                .alarms(run.series().withBaseline(baseline, run.samples()));
    }

    private static List<Alarm> heuristics(LabRun run, LabRun healthy) {
        return HEURISTICS.alarms(run.series().withBaseline(healthy.asBaseline(), run.samples()));
    }
}
