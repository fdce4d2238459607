package io.github.logalign.experiments;

import io.github.logalign.report.Picture;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeSet;

/** The pictures of the page. */
final class Pictures {

    private static final String STEP = "training step";

    private Pictures() {}

    /** The pictures, as SVG, by the names of their files. */
    static Map<String, String> of(Map<Group, List<Outcome>> outcomes, List<Watch> watches) {
        Map<String, String> pictures = new LinkedHashMap<>();
        pictures.put("experiments-grokking.svg",
                lar("LAR of modular addition, with and without weight decay", outcomes, Group.GROKKING, Group.CONTROL));
        pictures.put("experiments-repetition.svg",
                lar("LAR of the language model on fresh and on repeated text", outcomes, Group.FRESH, Group.TEN,
                        Group.THIRTY_ONE));
        for (Group group : List.of(Group.TEN, Group.THIRTY_ONE)) {
            pictures.put("experiments-leads-" + (group == Group.TEN ? 10 : 31) + ".svg",
                    leads(group, outcomes.getOrDefault(group, List.of()), watches));
        }
        return pictures;
    }

    /** All runs pale, and the medians over the seeds. */
    private static String lar(String label, Map<Group, List<Outcome>> outcomes, Group... groups) {
        Picture picture = new Picture(label, STEP);
        for (int colour = 0; colour < groups.length; colour++) {
            for (Outcome outcome : outcomes.getOrDefault(groups[colour], List.of())) {
                NavigableMap<Long, Double> lar = outcome.run().lar();
                picture.pale(array(lar.keySet().stream().map(Long::doubleValue).toList()),
                        array(List.copyOf(lar.values())), colour);
            }
        }
        for (int colour = 0; colour < groups.length; colour++) {
            List<LabRun> runs = outcomes.getOrDefault(groups[colour], List.of()).stream().map(Outcome::run).toList();
            if (!runs.isEmpty()) {
                List<Long> steps = List.copyOf(runs.getFirst().lar().keySet());
                double[] medians = steps.stream()
                        .mapToDouble(
                                step -> Statistics.median(runs.stream().mapToDouble(run -> run.lar(step)).toArray()))
                        .toArray();
                picture.curve(groups[colour].label, array(steps.stream().map(Long::doubleValue).toList()), medians,
                        colour);
            }
        }
        return picture.svg();
    }

    /**
     * How many runs had their alarm at least so many steps before the loss on held-out data had risen by 1 %, for each
     * watch: a curve that goes down from left to right.
     */
    private static String leads(Group group, List<Outcome> runs, List<Watch> watches) {
        Picture picture = new Picture(
                "Share of the runs of " + group.label + " with an alarm at least so many steps before the rise",
                "steps from the first alarm to the rise by 1 %");
        double[][] all = watches.stream()
                .map(watch -> Outcome.leads(runs, watch.name(), Outcome::risen))
                .toArray(double[][]::new);
        double[] every = Arrays.stream(all).flatMapToDouble(Arrays::stream).toArray();
        if (every.length == 0) {
            return picture.svg();
        }
        double from = Math.min(Statistics.quantile(every, 0), 0);
        double to = Math.max(Statistics.quantile(every, 1), 0);
        long overfitting = runs.stream().map(Outcome::risen).filter(OptionalLong::isPresent).count();
        for (int i = 0; i < watches.size(); i++) {
            double[] leads = all[i];
            if (leads.length > 0) {
                double[][] steps = atLeast(leads, overfitting, from, to);
                picture.curve(watches.get(i).name(), steps[0], steps[1], i);
            }
        }
        return picture.range(from, to).svg();
    }

    /** The share of values that are at least x, as the corners of a curve with steps. */
    private static double[][] atLeast(double[] values, long of, double from, double to) {
        TreeSet<Double> places = new TreeSet<>();
        Arrays.stream(values).forEach(places::add);
        double[] x = new double[2 * places.size() + 2];
        double[] y = new double[x.length];
        int next = 0;
        x[next] = from;
        y[next++] = share(values, from, of);
        for (double place : places) {
            x[next] = place;
            y[next++] = share(values, place, of);
            x[next] = place;
            y[next++] = share(values, Math.nextUp(place), of);
        }
        x[next] = to;
        y[next] = share(values, Math.nextUp(to), of);
        return new double[][]{x, y};
    }

    private static double share(double[] values, double atLeast, long of) {
        return Arrays.stream(values).filter(value -> value >= atLeast).count() / (double) of;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
