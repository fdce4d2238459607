package io.github.logalign.experiments;

import static java.util.Comparator.naturalOrder;

import io.github.logalign.experiments.Outcome.Event;
import io.github.logalign.experiments.Statistics.Interval;
import io.github.logalign.track.Correlation;
import io.github.logalign.track.Slope;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The tables of the page, in Markdown. Quantities over seeds are written "median [its 95 % interval]". */
final class Tables {

    /** The share of training pairs that a network knows when it has memorised them. */
    private static final double MEMORISED = 0.999;

    private static final double GENERALISED = 0.99;

    /** The first sign of generalisation: far above the accuracy of guessing, which is 1 in 59. */
    private static final double DAWNING = 0.1;

    /** A change of LAR far above that of networks that only memorise. */
    private static final double RISEN = 0.01;

    private final Map<Group, List<Outcome>> outcomes;
    private final List<Watch> watches;

    /**
     * Prepares tables.
     *
     * @param outcomes the runs of each group
     * @param watches the watches that the outcomes have
     */
    Tables(Map<Group, List<Outcome>> outcomes, List<Watch> watches) {
        this.outcomes = outcomes;
        this.watches = watches;
    }

    private List<Outcome> of(Group group) {
        return outcomes.getOrDefault(group, List.of());
    }

    /** The transition from memorising to generalising, with weight decay and without. */
    String transition() {
        StringBuilder table = new StringBuilder("""
                | | with weight decay | without |
                | --- | ---: | ---: |
                """);
        compare(table, "runs", "%.0f", this::count);
        compare(table, "runs that generalise", "%.0f", group -> new double[]{
            of(group).stream().filter(o -> o.run().reached("testAccuracy", GENERALISED).isPresent()).count()});
        compare(table, "memorised at step", "%.0f", group -> each(group, o -> memorised(o.run())));
        compare(table, "generalised at step", "%.0f",
                group -> reached(group, o -> o.run().reached("testAccuracy", GENERALISED)));
        compare(table, "LAR at the start", "%.3f", group -> each(group, o -> o.run().lar(0)));
        compare(table, "LAR when memorised", "%.3f", group -> each(group, o -> o.run().lar(memorised(o.run()))));
        compare(table, "LAR at the end", "%.3f", group -> each(group, o -> o.run().lar(o.run().last())));
        compare(table, "largest change of LAR after memorising", "%.4f", group -> each(group, o -> change(o.run())));
        compare(table, "k when memorised", "%.1f", group -> each(group, o -> o.run().k(memorised(o.run()))));
        compare(table, "k at the end", "%.1f", group -> each(group, o -> o.run().k(o.run().last())));
        compare(table, "k / dimension of the function at the end", "%.2f", group -> generalising(group, o -> o.run()
                .k(o.run().last()) / o.run().metric("functionDimension", o.run().last())));
        compare(table, "Spearman(LAR, −test loss), step 100 to generalised", "%.3f",
                group -> generalising(group, Tables::spearman));
        compare(table, "LAR 0.01 above memorised at step", "%.0f", group -> reached(group, o -> rise(o.run())));
        compare(table, "that is, steps before a test accuracy of 10 %", "%.0f", group -> lead(group, DAWNING));
        compare(table, "and before one of 99 %", "%.0f", group -> lead(group, GENERALISED));
        return table.toString();
    }

    private void compare(StringBuilder table, String what, String format, Function<Group, double[]> values) {
        table.append("| ").append(what).append(" | ").append(median(format, values.apply(Group.GROKKING)))
                .append(" | ").append(median(format, values.apply(Group.CONTROL))).append(" |\n");
    }

    private double[] count(Group group) {
        return new double[]{of(group).size()};
    }

    private double[] each(Group group, ToDoubleFunction<Outcome> value) {
        return of(group).stream().mapToDouble(value).toArray();
    }

    private double[] generalising(Group group, ToDoubleFunction<Outcome> value) {
        return of(group).stream()
                .filter(o -> o.run().reached("testAccuracy", GENERALISED).isPresent())
                .mapToDouble(value)
                .toArray();
    }

    private double[] reached(Group group, Event event) {
        return of(group).stream()
                .map(event::step)
                .filter(OptionalLong::isPresent)
                .mapToDouble(OptionalLong::getAsLong)
                .toArray();
    }

    private double[] lead(Group group, double accuracy) {
        return of(group).stream()
                .filter(o -> rise(o.run()).isPresent() && o.run().reached("testAccuracy", accuracy).isPresent())
                .mapToDouble(o -> o.run().reached("testAccuracy", accuracy).getAsLong() - rise(o.run()).getAsLong())
                .toArray();
    }

    private static long memorised(LabRun run) {
        return run.reached("trainAccuracy", MEMORISED).orElseThrow();
    }

    private static double change(LabRun run) {
        double memorised = run.lar(memorised(run));
        return run.lar().tailMap(memorised(run)).values().stream()
                .map(lar -> Math.abs(lar - memorised))
                .max(naturalOrder())
                .orElseThrow();
    }

    private static OptionalLong rise(LabRun run) {
        double limit = run.lar(memorised(run)) + RISEN;
        return run.lar().tailMap(memorised(run)).entrySet().stream()
                .filter(entry -> entry.getValue() >= limit)
                .mapToLong(Map.Entry::getKey)
                .findFirst();
    }

    private static double spearman(Outcome outcome) {
        LabRun run = outcome.run();
        NavigableMap<Long, Double> lar = run.lar()
                .subMap(100L, true, run.reached("testAccuracy", GENERALISED).orElseThrow(), true);
        return Correlation.spearman(
                lar.values().stream().mapToDouble(Double::doubleValue).toArray(),
                lar.keySet().stream().mapToDouble(step -> -run.metric("testLoss", step)).toArray())
                .orElseThrow();
    }

    /** LAR and its slope where the loss on held-out data is lowest, and how far runs and baselines part. */
    String minimum() {
        StringBuilder table = new StringBuilder("| |");
        List<Group> groups = List.of(Group.FRESH, Group.TEN, Group.THIRTY_ONE);
        groups.forEach(group -> table.append(' ').append(group.label).append(" |"));
        table.append("\n| --- |").append(" ---: |".repeat(groups.size())).append('\n');
        line(table, groups, "runs", "%.0f", this::count);
        line(table, groups, "validation loss lowest at step", "%.0f", group -> each(group, Outcome::minimum));
        line(table, groups, "and 1 % higher at step", "%.0f", group -> reached(group, Outcome::risen));
        distribution(table, groups, "LAR at the minimum", "%.3f", group -> each(group, o -> o.run().lar(o.minimum())));
        distribution(table, groups, "baseline − LAR there", "%+.3f",
                group -> each(group, o -> o.deviation(o.minimum())));
        distribution(table, groups, "slope there", "%+.3f", group -> slopes(group, false));
        distribution(table, groups, "baseline's slope at that step", "%+.3f", group -> slopes(group, true));
        line(table, groups, "slope from the minimum to the end", "%+.3f", group -> slopesAfter(group, false));
        line(table, groups, "baseline's slope over these steps", "%+.3f", group -> slopesAfter(group, true));
        line(table, groups, "baseline − LAR at the end", "%+.3f",
                group -> each(group, o -> o.deviation(o.run().last())));
        line(table, groups, "gap of the losses at the end", "%.2f",
                group -> each(group, o -> gap(o.run(), o.run().last())));
        line(table, groups, "Pearson(baseline − LAR, gap)", "%.3f", group -> of(group).stream()
                .map(Tables::pearson)
                .flatMapToDouble(OptionalDouble::stream)
                .toArray());
        return table.toString();
    }

    private static void line(StringBuilder table, List<Group> groups, String what, String format,
            Function<Group, double[]> values) {
        table.append("| ").append(what).append(" |");
        groups.forEach(group -> table.append(' ').append(median(format, values.apply(group))).append(" |"));
        table.append('\n');
    }

    private static void distribution(StringBuilder table, List<Group> groups, String what, String format,
            Function<Group, double[]> values) {
        line(table, groups, what, format, values);
        table.append("| quartiles |");
        for (Group group : groups) {
            double[] of = values.apply(group);
            table.append(' ').append(of.length == 0
                    ? "–"
                    : number(format, Statistics.quantile(of, 0.25)) + " to "
                            + number(format, Statistics.quantile(of, 0.75)))
                    .append(" |");
        }
        table.append('\n');
    }

    private double[] slopes(Group group, boolean ofBaseline) {
        return of(group).stream()
                .map(o -> (ofBaseline ? o.baseline() : o.run()).slope(o.minimum()))
                .flatMap(Optional::stream)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private double[] slopesAfter(Group group, boolean ofBaseline) {
        return of(group).stream()
                .map(o -> (ofBaseline ? o.baseline() : o.run()).lar().tailMap(o.minimum()))
                .filter(rows -> rows.size() >= Slope.MIN_POINTS)
                .mapToDouble(rows -> Slope.fit(
                        rows.keySet().stream().mapToLong(Long::longValue).toArray(),
                        rows.values().stream().mapToDouble(Double::doubleValue).toArray()).perThousandSteps())
                .toArray();
    }

    private static double gap(LabRun run, long step) {
        return run.metric("validationLoss", step) - run.metric("trainLoss", step);
    }

    /** Empty if the deviation never changes. */
    private static OptionalDouble pearson(Outcome outcome) {
        NavigableMap<Long, Double> lar = outcome.run().lar();
        return Correlation.pearson(
                lar.keySet().stream().mapToDouble(outcome::deviation).toArray(),
                lar.keySet().stream().mapToDouble(step -> gap(outcome.run(), step)).toArray());
    }

    /** How many healthy runs have an alarm. */
    String falseAlarms() {
        StringBuilder table = new StringBuilder("""
                | alarm | runs | with an alarm | share [95 %] | first alarm at step (median, from to) | of all pairs |
                | --- | --- | ---: | ---: | ---: | ---: |
                """);
        for (Watch watch : watches) {
            for (Group group : Group.values()) {
                if (group.healthy && !of(group).isEmpty()) {
                    table.append("| ").append(watch.name()).append(" | ").append(group.label).append(" | ")
                            .append(alarmed(group, watch)).append(" | ")
                            .append(range(reached(group, o -> o.alarm(watch.name())))).append(" | ")
                            .append(pairs(of(group).stream().map(Outcome::run).toList(), watch)).append(" |\n");
                }
            }
        }
        return table.toString();
    }

    private static String pairs(List<LabRun> runs, Watch watch) {
        int pairs = runs.size() * (runs.size() - 1);
        int alarmed = Outcome.alarmedPairs(runs, watch);
        return String.format(Locale.ROOT, "%d of %d, %.1f %%", alarmed, pairs, 100.0 * alarmed / pairs);
    }

    private String alarmed(Group group, Watch watch) {
        List<Outcome> runs = of(group);
        int alarmed = (int) runs.stream().filter(o -> o.alarm(watch.name()).isPresent()).count();
        return alarmed + " of " + runs.size() + " | " + share(alarmed, runs.size());
    }

    /** When runs that overfit have their first alarm. */
    String leads() {
        StringBuilder table = new StringBuilder(
                """
                        | alarm | runs | with an alarm | share [95 %] | first alarm at step (median, from to) | steps before the minimum | before the rise by 1 % | before the minimum, of all | before the rise, of all |
                        | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
                        """);
        for (Watch watch : watches) {
            for (Group group : Group.values()) {
                if (!group.healthy && !of(group).isEmpty()) {
                    double[] minimum = Outcome.leads(of(group), watch.name(), o -> OptionalLong.of(o.minimum()));
                    double[] risen = Outcome.leads(of(group), watch.name(), Outcome::risen);
                    table.append("| ").append(watch.name()).append(" | ").append(group.label).append(" | ")
                            .append(alarmed(group, watch)).append(" | ")
                            .append(range(reached(group, o -> o.alarm(watch.name())))).append(" | ")
                            .append(median("%+.0f", minimum)).append(" | ")
                            .append(median("%+.0f", risen)).append(" | ")
                            .append(ahead(minimum, of(group).size())).append(" | ")
                            .append(ahead(risen, of(group).size())).append(" |\n");
                }
            }
        }
        return table.toString();
    }

    private static String ahead(double[] leads, int runs) {
        return Arrays.stream(leads).filter(lead -> lead > 0).count() + " of " + runs;
    }

    private static String share(int successes, int trials) {
        Interval interval = Statistics.shareInterval(successes, trials);
        return String.format(Locale.ROOT, "%.0f %% [%.0f, %.0f]", 100.0 * successes / trials, 100 * interval.low(),
                100 * interval.high());
    }

    private static String range(double[] steps) {
        if (steps.length == 0) {
            return "–";
        }
        return String.format(Locale.ROOT, "%.0f, %.0f to %.0f", Statistics.median(steps),
                Statistics.quantile(steps, 0), Statistics.quantile(steps, 1));
    }

    /** The median with its interval where there are enough values for one. */
    private static String median(String format, double[] values) {
        if (values.length == 0) {
            return "–";
        }
        String median = number(format, Statistics.median(values));
        return Statistics.medianInterval(values)
                .map(interval -> median + " [" + number(format, interval.low()) + ", "
                        + number(format, interval.high()) + "]")
                .orElse(median);
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value).replace('-', '−');
    }

    /** The names of the parts of the page that these tables fill. */
    Map<String, String> parts() {
        return Map.of("transition", transition(), "minimum", minimum(), "false alarms", falseAlarms(), "lead times",
                leads());
    }
}
