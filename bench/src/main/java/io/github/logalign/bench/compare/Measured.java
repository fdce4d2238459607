package io.github.logalign.bench.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** What one contestant did in all rounds of one case. */
final class Measured {

    /** Repetitions whose last one counts. */
    static final int FEW = 3;

    /** A single computation. */
    static final int ONCE = 1;

    /** Of many repetitions, the median of so many last ones counts. */
    private static final int LAST = 5;

    final String contestant;
    final int threads;
    final int repetitions;
    String version = "";

    /** The OpenBLAS that the process found, where it is a Java process. */
    String blas = "";

    double lar = Double.NaN;
    double largest = Double.NaN;
    double entropy = Double.NaN;

    /** The first computation of each round. */
    final List<Double> first = new ArrayList<>();

    /** What counts, one for each round. */
    final List<Double> seconds = new ArrayList<>();

    Measured(String contestant, int threads, int repetitions) {
        this.contestant = contestant;
        this.threads = threads;
        this.repetitions = repetitions;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    String name() {
        String when = repetitions == FEW ? "" : repetitions == ONCE ? ", once" : ", later";
        return contestant + (threads == 1 ? "" : ", " + threads + " threads") + when;
    }

    /** Takes a line that a round printed. */
    void take(String line) {
        int space = line.indexOf(' ');
        String value = line.substring(space + 1);
        switch (space < 0 ? "" : line.substring(0, space)) {
            case "version" -> version = value;
            case "blas" -> blas = value;
            case "seconds" -> {
                List<Double> all = Arrays.stream(value.split(" ")).map(Double::valueOf).toList();
                int counting = repetitions <= FEW ? 1 : LAST;
                first.add(all.getFirst());
                seconds.add(median(all.subList(all.size() - counting, all.size())));
            }
            case "lar" -> lar = Double.parseDouble(value.replace("nan", "NaN"));
            case "largest" -> largest = Double.parseDouble(value);
            case "entropy" -> entropy = Double.parseDouble(value);
            default -> throw new IllegalStateException("not a line of a round: " + line);
        }
    }

    /** Fails unless both found the same. */
    void mustAgreeWith(Measured other) {
        boolean single = contestant.contains("single") || other.contestant.contains("single");
        double tolerance = single ? 1e-5 : 1e-9;
        boolean agrees = close(lar, other.lar, tolerance)
                && close(largest, other.largest, tolerance)
                && close(entropy, other.entropy, single ? 1e-3 : 1e-7);
        if (!agrees) {
            throw new IllegalStateException(String.format(
                    "%s found LAR %s, largest p %s, entropy %s; %s found %s, %s, %s", name(), lar, largest, entropy,
                    other.name(), other.lar, other.largest, other.entropy));
        }
    }

    private static boolean close(double a, double b, double tolerance) {
        return Double.isNaN(a) || Double.isNaN(b) || Math.abs(a - b) <= tolerance;
    }
}
