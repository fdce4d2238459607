package io.github.logalign.experiments;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What happened in a run, and when it was noticed.
 *
 * @param run the run
 * @param baseline the healthy run that it is compared with, which has another seed
 * @param minimum the step of the lowest loss on held-out data
 * @param risen the first step after it at which that loss is 1 % higher, empty if there is none
 * @param alarms the step of the first alarm by the name of the watch, empty if there was none
 */
record Outcome(LabRun run, LabRun baseline, long minimum, OptionalLong risen, Map<String, OptionalLong> alarms) {

    /** The first alarm of a watch. */
    OptionalLong alarm(String watch) {
        return alarms.getOrDefault(watch, OptionalLong.empty());
    }

    /** Baseline minus LAR at a step. */
    double deviation(long step) {
        return baseline.lar(step) - run.lar(step);
    }

    /**
     * Watches the runs of a group. The baseline of a run is the healthy run of the next seed, of the last seed that of
     * the first one. So healthy runs and others are compared alike, and never with a run that shares their initial
     * weights.
     *
     * @param group the group
     * @param runs its runs, by seed
     * @param healthy the runs that serve as baselines, at least two, by seed
     */
    static List<Outcome> of(Group group, List<LabRun> runs, List<LabRun> healthy, List<Watch> watches) {
        List<Outcome> outcomes = new ArrayList<>();
        for (LabRun run : runs) {
            LabRun baseline = after(run.seed(), healthy);
            Map<String, OptionalLong> alarms = new LinkedHashMap<>();
            watches.forEach(watch -> alarms.put(watch.name(), watch.first(run, baseline)));
            outcomes.add(new Outcome(run, baseline, run.minimum(group.loss), run.risen(group.loss), alarms));
        }
        return outcomes;
    }

    /**
     * How many of all pairs of two runs, of which one is watched and the other is its baseline, have an alarm. The pairs
     * are not independent, but they are many.
     */
    static int alarmedPairs(List<LabRun> healthy, Watch watch) {
        int alarmed = 0;
        for (LabRun run : healthy) {
            for (LabRun baseline : healthy) {
                if (run.seed() != baseline.seed() && watch.first(run, baseline).isPresent()) {
                    alarmed++;
                }
            }
        }
        return alarmed;
    }

    private static LabRun after(int seed, List<LabRun> healthy) {
        if (healthy.size() < 2) {
            throw new IllegalArgumentException("a run is compared with a healthy run of another seed: train two seeds");
        }
        return healthy.stream().filter(other -> other.seed() > seed).findFirst().orElse(healthy.getFirst());
    }

    /**
     * The steps from the alarm of a watch to an event, by run that has both: negative where the alarm came later.
     *
     * @param outcomes the runs
     * @param watch the name of the watch
     * @param event the step of the event in a run
     */
    static double[] leads(List<Outcome> outcomes, String watch, Event event) {
        return outcomes.stream()
                .filter(outcome -> outcome.alarm(watch).isPresent() && event.step(outcome).isPresent())
                .mapToDouble(outcome -> event.step(outcome).getAsLong() - outcome.alarm(watch).getAsLong())
                .toArray();
    }

    /** A step of a run. */
    @FunctionalInterface
    interface Event {
        OptionalLong step(Outcome outcome);
    }
}
