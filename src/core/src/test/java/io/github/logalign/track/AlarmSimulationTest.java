package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.track.Alarm.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How often the alarms fire on healthy runs, and how soon after LAR begins to fall. The profile statistics runs each
 * simulation 2,000 times, the ordinary tests do it less often.
 */
@Tag("statistics")
class AlarmSimulationTest {

    private static final int RUNS = Integer.getInteger("logalign.statistics.runs");
    private static final double RATE = 0.01;
    private static final long[] EVEN = TestSeries.steps(200, 100);
    private static final Map<String, List<String>> TABLES = new TreeMap<>();
    private static final Path FIGURES = Path.of("target/statistics/alarms.md");

    /** For a false alarm in about one of a hundred series of 200 independent normal numbers. */
    private static final double CUSUM_LIMIT = 8;

    private static final double CUSUM_DRIFT = 0.5;

    /**
     * A kind of healthy run and its baseline.
     *
     * @param louder the standard deviation of the run's noise over that of the baseline's
     * @param later that of the second half of both over the first
     * @param below by how much the run is below its baseline all the time
     * @param tokens the standard error of LAR because of the tokens, which are the same at all steps; 0 for unknown
     */
    record Healthy(
            String name, TestNoise noise, DoubleUnaryOperator curve, Spacing spacing, int layers, double louder,
            double later, double below, double tokens) {

        Healthy(String name, TestNoise noise) {
            this(name, noise, step -> 0.6, Spacing.EVEN, 1, 1, 1, 0, 0);
        }

        Healthy(String name, TestNoise noise, DoubleUnaryOperator curve) {
            this(name, noise, curve, Spacing.EVEN, 1, 1, 1, 0, 0);
        }

        Healthy(String name, TestNoise noise, Spacing spacing) {
            this(name, noise, step -> 0.6, spacing, 1, 1, 1, 0, 0);
        }

        @Override
        public String toString() {
            return name;
        }

        Series baseline(Random random) {
            return series(spacing.baseline(random), 1, 0, random);
        }

        Series run(Random random) {
            return series(spacing.run(random), louder, below, random);
        }

        private Series series(long[] steps, double scale, double lower, Random random) {
            List<SeriesRow> rows = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                double[] values = noise.at(steps, random);
                double shared = tokens * random.nextGaussian();
                for (int i = 0; i < steps.length; i++) {
                    double factor = i < steps.length / 2 ? scale : scale * later;
                    rows.add(TestSeries.row(
                            steps[i], "layers." + layer,
                            curve.applyAsDouble((double) steps[i]) - lower + factor * values[i] + shared,
                            tokens == 0 ? null : (Double) tokens));
                }
            }
            return Series.of(rows);
        }
    }

    enum Spacing {
        EVEN, UNEVEN, MISSING, FINER_RUN, SHORT;

        long[] baseline(Random random) {
            return switch (this) {
                case UNEVEN -> random.longs(0, 20_000).distinct().limit(200).sorted().toArray();
                case FINER_RUN -> TestSeries.steps(50, 400);
                case SHORT -> TestSeries.steps(40, 100);
                case EVEN, MISSING -> AlarmSimulationTest.EVEN;
            };
        }

        long[] run(Random random) {
            return switch (this) {
                case MISSING -> LongStream.of(AlarmSimulationTest.EVEN).filter(s -> random.nextDouble() < 0.7)
                        .toArray();
                case SHORT -> TestSeries.steps(40, 100);
                case UNEVEN -> baseline(random);
                case EVEN, FINER_RUN -> AlarmSimulationTest.EVEN;
            };
        }
    }

    static List<Healthy> healthy() {
        List<Healthy> all = new ArrayList<>();
        for (double factor : List.of(0.0, 0.5, 0.9)) {
            all.add(new Healthy(factor == 0 ? "Gaussian" : "AR(1) with " + factor, new TestNoise(factor)));
        }
        all.add(new Healthy("Student's t, 3 degrees", new TestNoise(0, true, 0)));
        all.add(new Healthy("AR(1) with 0.9 of Student's t", new TestNoise(0.9, true, 0)));
        all.add(new Healthy("AR(1) with 0.9, and as much independent noise", new TestNoise(0.9, false, 0.5)));
        all.add(new Healthy("common drift: falls by 0.012 per 1000 steps, AR(1) with 0.5", new TestNoise(0.5),
                step -> 0.7 - 0.012 * step / 1000));
        all.add(new Healthy("common drift: rises early, then falls slowly, AR(1) with 0.5", new TestNoise(0.5),
                step -> 0.5 + 0.15 * (1 - Math.exp(-step / 2000)) - 0.005 * step / 1000));
        all.add(new Healthy("common drift: falls by 0.05 around step 8000, AR(1) with 0.5", new TestNoise(0.5),
                step -> 0.6 - 0.05 / (1 + Math.exp(-(step - 8000) / 250))));
        for (double factor : List.of(0.0, 0.5, 0.9)) {
            all.add(new Healthy("uneven steps, AR(1) with " + factor, new TestNoise(factor), Spacing.UNEVEN));
        }
        for (double factor : List.of(0.0, 0.5, 0.9)) {
            all.add(new Healthy("3 of 10 steps missing, AR(1) with " + factor, new TestNoise(factor),
                    Spacing.MISSING));
        }
        all.add(new Healthy("baseline of 50 rows, 4 of the run to each, AR(1) with 0.9", new TestNoise(0.9),
                Spacing.FINER_RUN));
        all.add(new Healthy("40 rows, AR(1) with 0.9", new TestNoise(0.9), Spacing.SHORT));
        all.add(new Healthy("noise 3 times that of the baseline, AR(1) with 0.5", new TestNoise(0.5), step -> 0.6,
                Spacing.EVEN, 1, 3, 1, 0, 0));
        all.add(new Healthy("noise 3 times as large in the second half, AR(1) with 0.5", new TestNoise(0.5),
                step -> 0.6, Spacing.EVEN, 1, 1, 3, 0, 0));
        for (double factor : List.of(0.0, 0.9)) {
            all.add(new Healthy("0.03 below the baseline all the time, AR(1) with " + factor, new TestNoise(factor),
                    step -> 0.6, Spacing.EVEN, 1, 1, 1, 0.03, 0));
        }
        all.add(new Healthy("0.03 below, and as uncertain by tokens that all rows share", new TestNoise(0), step -> 0.6,
                Spacing.EVEN, 1, 1, 1, 0.03, 0.03));
        for (double factor : List.of(0.0, 0.9)) {
            all.add(new Healthy("32 layers, AR(1) with " + factor, new TestNoise(factor), step -> 0.6, Spacing.EVEN, 32,
                    1, 1, 0, 0));
        }
        return all;
    }

    private static AlarmRules rules(Baseline baseline) {
        return AlarmRules.of(Map.of(), Slope.DEFAULT_WINDOW)
                .against(baseline, RATE, Map.of(
                        Kind.BELOW_BASELINE, Kind.BELOW_BASELINE.defaultThreshold(),
                        Kind.FASTER_DECLINE, Kind.FASTER_DECLINE.defaultThreshold()));
    }

    @ParameterizedTest
    @MethodSource("healthy")
    void healthyRunsRaiseFalseAlarmsAtMostAtTheStatedRate(Healthy kind) {
        int fired = 0;
        int heuristic = 0;
        int cusum = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed + 7_000_003L * kind.name.hashCode());
            Baseline baseline = Baseline.of(kind.baseline(random));
            Series run = kind.run(random).withBaseline(baseline);
            fired += rules(baseline).alarms(run).isEmpty() ? 0 : 1;
            if (kind.layers == 1) {
                heuristic += AlarmRules.heuristics(Slope.DEFAULT_WINDOW).alarms(run).isEmpty() ? 0 : 1;
                cusum += cusum(run) == Long.MAX_VALUE ? 0 : 1;
            }
        }
        row("1", "| %s | %s | %s | %s |", kind.name, share(fired, RUNS),
                kind.layers == 1 ? share(heuristic, RUNS) : "", kind.layers == 1 ? share(cusum, RUNS) : "");
        assertTrue(lower(fired, RUNS) <= RATE, fired + " of " + RUNS + " healthy runs raised an alarm");
    }

    /** The step at which a CUSUM of the deviations alarms that knows the deviation of their noise. */
    private static long cusum(Series run) {
        double sum = 0;
        for (SeriesRow row : run.rows()) {
            Double deviation = row.deviation();
            if (deviation != null) {
                sum = Math.max(0, sum + deviation / (Math.sqrt(2) * TestNoise.DEVIATION) - CUSUM_DRIFT);
                if (sum > CUSUM_LIMIT) {
                    return row.step();
                }
            }
        }
        return Long.MAX_VALUE;
    }

    @Test
    void declinesAreFoundSoon() {
        long turn = 10_000;
        for (double factor : List.of(0.0, 0.5, 0.9)) {
            for (double decline : List.of(0.02, 0.05, 0.10)) {
                long[] rated = new long[RUNS];
                long[] heuristic = new long[RUNS];
                long[] cusum = new long[RUNS];
                int early = 0;
                for (int seed = 0; seed < RUNS; seed++) {
                    Random random = new Random(seed + 31L * Double.hashCode(factor + decline));
                    TestNoise noise = new TestNoise(factor);
                    Baseline baseline = Baseline.of(new Healthy("level", noise).baseline(random));
                    Series run = new Healthy("falling", noise,
                            step -> 0.6 - decline * Math.max(0, step - turn) / 1000)
                            .run(random).withBaseline(baseline);
                    rated[seed] = first(rules(baseline).alarms(run));
                    heuristic[seed] = first(AlarmRules.heuristics(Slope.DEFAULT_WINDOW).alarms(run));
                    cusum[seed] = cusum(run);
                    early += rated[seed] <= turn ? 1 : 0;
                }
                row("2", "| %.2f | %.1f | %s | %s | %s |", decline, factor, delays(rated, turn),
                        delays(heuristic, turn), delays(cusum, turn));
                Arrays.sort(rated);
                assertTrue(lower(early, RUNS) <= RATE, early + " alarms before LAR falls");
                assertTrue(rated[RUNS / 2] - turn <= (decline < 0.05 ? 3000 : 2000),
                        "median " + (rated[RUNS / 2] - turn) + " steps at " + decline);
            }
        }
    }

    private static long first(List<Alarm> alarms) {
        return alarms.isEmpty() ? Long.MAX_VALUE : alarms.getFirst().step();
    }

    /** The median and the ninth decile of the delays in rows, of the runs that had no alarm before. */
    private static String delays(long[] steps, long turn) {
        long[] later = LongStream.of(steps).filter(step -> step > turn).sorted().toArray();
        if (later.length < steps.length / 10) {
            return "false before";
        }
        String early = steps.length - later.length <= 2 * RATE * steps.length
                ? ""
                : String.format(Locale.ROOT, ", %.0f%% before", 100.0 * (steps.length - later.length) / steps.length);
        return rows(later[later.length / 2], turn) + " (" + rows(later[later.length * 9 / 10], turn) + ")" + early;
    }

    private static String rows(long step, long turn) {
        return step == Long.MAX_VALUE ? "none" : "" + (step - turn) / 100;
    }

    private static String share(int count, int of) {
        return String.format(Locale.ROOT, "%.2f%% (%.2f to %.2f)", 100.0 * count / of, 100 * lower(count, of),
                100 * (1 - lower(of - count, of)));
    }

    /** The lower end of the exact 95% interval of a probability, after Clopper and Pearson. */
    private static double lower(int count, int of) {
        double low = 0;
        double high = (double) count / of;
        for (int i = 0; i < 60 && count > 0; i++) {
            double middle = (low + high) / 2;
            if (atLeast(count, of, middle) > 0.025) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return low;
    }

    private static double atLeast(int count, int of, double p) {
        double logTerm = of * Math.log1p(-p);
        double below = 0;
        for (int k = 0; k < count; k++) {
            below += Math.exp(logTerm);
            logTerm += Math.log((of - k) / (k + 1.0)) + Math.log(p) - Math.log1p(-p);
        }
        return 1 - below;
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void row(String table, String pattern, Object... values) {
        TABLES.computeIfAbsent(table, first -> new ArrayList<>()).add(String.format(Locale.ROOT, pattern, values));
    }

    @AfterAll
    static void leaveTheFigures() throws IOException {
        String page = String.format(
                Locale.ROOT,
                """
                        # Statistics: false alarms and delays

                        Written by `docs/refresh-statistics`; [alarms.md](alarms.md) says what is simulated. The limits that the
                        figures must keep are in AlarmSimulationTest, which the ordinary tests run at a smaller size.

                        ## False alarms

                        %d healthy runs of 200 rows, each with a baseline of its own, of every kind below; noise of 0.003, rows 100
                        steps apart. The share that raised any alarm in their whole length, with its 95%% interval, in percent; 1 is
                        stated for below-baseline and faster-decline together. The heuristics are deviation, decline and
                        acceleration. CUSUM is that of the deviations for independent normal noise whose size it knows.

                        | healthy runs | below-baseline, faster-decline | heuristics | CUSUM |
                        | --- | ---: | ---: | ---: |
                        %s

                        ## Delay

                        Rows until the first alarm after LAR begins to fall in the middle of the run, 100 rows after its start: the
                        median of %d runs, in brackets the ninth decile. Runs with an alarm before are left out; their share is
                        given if it is above 2%%.

                        | fall per 1000 steps | AR(1) with | below-baseline, faster-decline | heuristics | CUSUM |
                        | ---: | ---: | ---: | ---: | ---: |
                        %s
                        """,
                RUNS, String.join("\n", TABLES.getOrDefault("1", List.of())), RUNS,
                String.join("\n", TABLES.getOrDefault("2", List.of())));
        Files.createDirectories(FIGURES.getParent());
        Files.writeString(FIGURES, page);
    }
}
