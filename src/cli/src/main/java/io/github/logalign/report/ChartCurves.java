package io.github.logalign.report;

import io.github.logalign.Interval;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.Outcome;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns the rows of layers into curves over the steps of the run. */
final class ChartCurves {

    /** The name of the horizontal axis. */
    private static final String STEP = "training step";

    private final Series series;
    private final List<String> layers;
    private final double firstStep;
    private final double lastStep;

    ChartCurves(Series series, List<String> layers) {
        this.series = series;
        this.layers = layers;
        this.firstStep = series.rows().isEmpty() ? 0 : series.rows().getFirst().step();
        this.lastStep = series.rows().isEmpty() ? 0 : series.rows().getLast().step();
    }

    /** A chart whose horizontal axis spans the steps of the run. */
    SvgChart chart(String label, List<ChartPanel> panels) {
        return plain(label, panels).tooltips();
    }

    /** The same without a tooltip for each step. */
    SvgChart plain(String label, List<ChartPanel> panels) {
        return new SvgChart(label, STEP, panels).range(firstStep, lastStep);
    }

    /** A chart with a curve for each layer. */
    SvgChart chart(String label, Function<SeriesRow, @Nullable Double> value) {
        ChartPanel panel = new ChartPanel("");
        fill(panel, value);
        return chart(label, List.of(panel));
    }

    void fill(ChartPanel panel, Function<SeriesRow, @Nullable Double> value) {
        for (int i = 0; i < layers.size(); i++) {
            double[][] points = points(series.layer(layers.get(i)), value);
            panel.curve(new ChartCurve(layers.get(i), points[0], points[1], "c" + i, false));
        }
    }

    boolean hasBaseline() {
        return series.rows().stream().anyMatch(row -> row.baseline() != null);
    }

    void baselines(ChartPanel panel) {
        for (int i = 0; i < layers.size(); i++) {
            double[][] points = points(series.layer(layers.get(i)), SeriesRow::baseline);
            if (points[0].length > 0) {
                panel.curve(new ChartCurve("", points[0], points[1], "c" + i, true));
            }
        }
    }

    /** Adds intervals as bands; false if no row has one. */
    boolean bands(ChartPanel panel, Function<SeriesRow, @Nullable Interval> interval) {
        boolean any = false;
        for (int i = 0; i < layers.size(); i++) {
            List<SeriesRow> rows = series.layer(layers.get(i)).stream()
                    .filter(row -> interval.apply(row) != null).toList();
            double[] x = rows.stream().mapToDouble(SeriesRow::step).toArray();
            double[] low = rows.stream().mapToDouble(row -> required(interval.apply(row)).low()).toArray();
            double[] high = rows.stream().mapToDouble(row -> required(interval.apply(row)).high()).toArray();
            if (x.length > 0) {
                panel.band(new ChartBand(x, low, high, i));
                any = true;
            }
        }
        return any;
    }

    /** The interval of a quantity with error bars, of rows that have them. */
    static Function<SeriesRow, @Nullable Interval> interval(Function<ErrorBars, @Nullable Interval> of) {
        return row -> row.score().scored().map(Outcome.Scored::errorBars).map(of).orElse(null);
    }

    private static Interval required(@Nullable Interval interval) {
        return Objects.requireNonNull(interval);
    }

    /** The steps and values of the rows that have a finite one. */
    static double[][] points(List<SeriesRow> rows, Function<SeriesRow, @Nullable Double> value) {
        double[] x = new double[rows.size()];
        double[] y = new double[rows.size()];
        int count = 0;
        for (SeriesRow row : rows) {
            Double v = value.apply(row);
            if (v != null && Double.isFinite(v)) {
                x[count] = row.step();
                y[count++] = v;
            }
        }
        return new double[][]{Arrays.copyOf(x, count), Arrays.copyOf(y, count)};
    }

    /** The steps and values of a metric. */
    static double[][] points(NavigableMap<Long, Double> curve) {
        return new double[][]{
            curve.keySet().stream().mapToDouble(step -> step).toArray(),
            curve.values().stream().mapToDouble(value -> value).toArray()
        };
    }
}
