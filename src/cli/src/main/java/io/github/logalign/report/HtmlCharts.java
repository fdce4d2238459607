package io.github.logalign.report;

import io.github.logalign.Interval;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Spectra;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The sections of a report with charts, in which alarms are marked at the steps at which they fired. */
final class HtmlCharts {

    private static final int MAX_MARKS = 40;
    private static final int MAX_METRICS = 12;
    private static final String STEP = "training step";

    private final StringBuilder page;
    private final HtmlReport.Content content;
    private final Series series;
    private final List<String> shownLayers;
    private final double firstStep;
    private final double lastStep;

    /**
     * Creates the charts.
     *
     * @param page the page to append to
     * @param content the content of the report
     */
    HtmlCharts(StringBuilder page, HtmlReport.Content content) {
        this.page = page;
        this.content = content;
        this.series = content.series();
        this.shownLayers = shownLayers(content);
        this.firstStep = series.rows().isEmpty() ? 0 : series.rows().getFirst().step();
        this.lastStep = series.rows().isEmpty() ? 0 : series.rows().getLast().step();
    }

    /** The layers with alarms, then those whose LAR changed most, in the order of the series. */
    private static List<String> shownLayers(HtmlReport.Content content) {
        Set<String> alarmed = content.alarms().fired().stream().map(Alarm::layer).collect(Collectors.toSet());
        List<String> layers = content.series().layers();
        if (layers.size() <= SvgChart.MAX_CURVES) {
            return layers;
        }
        Comparator<String> interest = Comparator.comparingInt((String layer) -> alarmed.contains(layer) ? 0 : 1)
                .thenComparingDouble(layer -> -change(content.series().layer(layer)));
        Set<String> chosen = layers.stream().sorted(interest).limit(SvgChart.MAX_CURVES).collect(Collectors.toSet());
        return layers.stream().filter(chosen::contains).toList();
    }

    private static double change(List<SeriesRow> rows) {
        List<Double> values = new ArrayList<>();
        for (SeriesRow row : rows) {
            Double lar = row.usableLar();
            if (lar != null) {
                values.add(lar);
            }
        }
        return values.isEmpty() ? 0 : Math.abs(values.getLast() - values.getFirst());
    }

    /** Adds LAR, k, deviation and slope over the steps. */
    void curves() {
        page.append("<h2>Over training</h2>\n");
        legend();
        page.append("<div class=\"charts\">\n");
        SvgChart lar = chart("LAR over steps", SeriesRow::usableLar);
        baselines(lar);
        boolean banded = bands(lar, row -> interval(row, ErrorBars::lar));
        figure("LAR", lar, "Higher: the layer's inputs lie more along its strong directions; random inputs give "
                + "1/2." + (hasBaseline() ? " Dashed: the baseline." : "")
                + (banded ? " Bands: 95 % intervals over groups of tokens." : ""), true);
        SvgChart dimension = chart("Effective dimension over steps", HtmlCharts::dimension).logY();
        bands(dimension, row -> interval(row, ErrorBars::effectiveDimension));
        figure("Effective dimension k", dimension,
                "The number of directions that the layer works with: k = n^(2(1 − LAR)).", false);
        SvgChart deviation = chart("Deviation over steps", SeriesRow::deviation).zeroLine();
        boolean sure = bands(deviation, row -> row.deviationError() == null ? null : row.deviationError().interval());
        figure("Deviation from the baseline", deviation,
                "Baseline LAR minus LAR. Growing: the run falls behind the baseline, as overfitting runs do."
                        + (sure
                                ? " Bands: 95 % intervals over groups of tokens, paired where both runs recorded the "
                                        + "same."
                                : ""),
                true);
        figure("Rate of change", chart("Slope of LAR over steps", SeriesRow::slope).zeroLine(),
                "Slope of LAR per 1000 steps over the window that ends at each step. Below 0: decline.", true);
        page.append("</div>\n");
    }

    private void legend() {
        page.append("<ul class=\"legend\">\n");
        for (int i = 0; i < shownLayers.size(); i++) {
            page.append("<li class=\"c").append(i).append("\"><span>").append(HtmlText.name(shownLayers.get(i)))
                    .append("</span></li>\n");
        }
        page.append("</ul>\n");
        int more = series.layers().size() - shownLayers.size();
        if (more > 0) {
            page.append("<p class=\"soft\">Shown are the layers with alarms and those whose LAR changed most; ")
                    .append(HtmlText.count(more, "more layer")).append(" only in the heat map and the table.</p>\n");
        }
    }

    private boolean hasBaseline() {
        return series.rows().stream().anyMatch(row -> row.baseline() != null);
    }

    private static @Nullable Double dimension(SeriesRow row) {
        Double k = LayerColumns.EFFECTIVE_DIMENSION.get(row.score());
        return row.usableLar() != null && k != null && Double.isFinite(k) ? k : null;
    }

    private SvgChart chart(String label, Function<SeriesRow, @Nullable Double> value) {
        SvgChart chart = new SvgChart(label, STEP).range(firstStep, lastStep);
        for (int i = 0; i < shownLayers.size(); i++) {
            double[][] points = points(series.layer(shownLayers.get(i)), value);
            chart.curve(shownLayers.get(i), points[0], points[1], i);
        }
        return chart;
    }

    /** Adds intervals as bands; false if no row has one. */
    private boolean bands(SvgChart chart, Function<SeriesRow, @Nullable Interval> interval) {
        boolean any = false;
        for (int i = 0; i < shownLayers.size(); i++) {
            List<SeriesRow> rows = series.layer(shownLayers.get(i)).stream()
                    .filter(row -> interval.apply(row) != null).toList();
            double[] x = rows.stream().mapToDouble(SeriesRow::step).toArray();
            double[] low = rows.stream().mapToDouble(row -> required(interval.apply(row)).low()).toArray();
            double[] high = rows.stream().mapToDouble(row -> required(interval.apply(row)).high()).toArray();
            chart.band(new ChartBand(x, low, high, i));
            any |= x.length > 0;
        }
        return any;
    }

    private static @Nullable Interval interval(SeriesRow row, Function<ErrorBars, @Nullable Interval> of) {
        return row.score().scored().map(Outcome.Scored::errorBars).map(of).orElse(null);
    }

    private static Interval required(@Nullable Interval interval) {
        return Objects.requireNonNull(interval);
    }

    private void baselines(SvgChart chart) {
        for (int i = 0; i < shownLayers.size(); i++) {
            double[][] points = points(series.layer(shownLayers.get(i)), SeriesRow::baseline);
            chart.dashed(points[0], points[1], i);
        }
    }

    private static double[][] points(List<SeriesRow> rows, Function<SeriesRow, @Nullable Double> value) {
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

    /** Adds p and q at a few steps. */
    void spectra() {
        if (content.spectra().isEmpty()) {
            return;
        }
        page.append("<h2>Spectra</h2>\n<p>Shares of the weight's energy (p) and of the inputs' energy (q) along the"
                + " weight's singular directions, strongest first, at ")
                .append(content.spectra().keySet().stream().map(HtmlText::step)
                        .collect(Collectors.joining(", ", "steps ", "")))
                .append(". The overlap is the sum of p times q.</p>\n<div class=\"charts\">\n");
        List<String> layers = content.spectra().values().stream()
                .flatMap(atStep -> atStep.keySet().stream())
                .distinct()
                .limit(SvgChart.MAX_CURVES)
                .toList();
        for (String layer : layers) {
            spectrum("p", "Weight spectrum p", layer, Spectra::p);
            spectrum("q", "Activation spectrum q", layer, Spectra::q);
        }
        page.append("</div>\n");
    }

    private void spectrum(
            String symbol, String heading, String layer, Function<Spectra, double @Nullable []> values) {
        SvgChart chart = new SvgChart(heading + " on logarithmic axes", "direction").logX().logY();
        int colour = 0;
        for (Map.Entry<Long, Map<String, Spectra>> atStep : content.spectra().entrySet()) {
            Spectra spectra = atStep.getValue().get(layer);
            double[] y = spectra == null ? null : values.apply(spectra);
            if (y != null) {
                double[] x = IntStream.rangeClosed(1, y.length).mapToDouble(i -> i).toArray();
                chart.curve("step " + atStep.getKey(), x, y, colour);
            }
            colour++;
        }
        figure(HtmlText.text(heading) + ", " + HtmlText.name(layer), chart,
                symbol.equals("p")
                        ? "Steep: few directions carry the weight."
                        : "Steep: few directions carry the inputs.",
                List.of());
    }

    /** Adds the effective ranks over the steps. */
    void spread() {
        SvgChart ofWeights = chart("Effective rank of p over steps",
                row -> LayerColumns.P_EFFECTIVE_RANK.get(row.score()));
        SvgChart ofInputs = chart("Effective rank of q over steps",
                row -> LayerColumns.Q_EFFECTIVE_RANK.get(row.score()));
        if (ofWeights.isEmpty() && ofInputs.isEmpty()) {
            return;
        }
        page.append("<h2>Spread of the spectra</h2>\n<div class=\"charts\">\n");
        figure("Effective rank of p", ofWeights, "exp of the entropy: the number of directions over which the weight "
                + "spreads.",
                false);
        figure("Effective rank of q", ofInputs, "exp of the entropy: the number of directions over which the inputs "
                + "spread.",
                false);
        page.append("</div>\n");
    }

    /** Adds the metrics, and their correlation with LAR. */
    void metrics() {
        List<String> names = content.metrics().names();
        if (names.isEmpty()) {
            return;
        }
        page.append("<h2>Metrics</h2>\n<div class=\"charts\">\n");
        List<String> chosen = new ArrayList<>(names.subList(0, Math.min(MAX_METRICS, names.size())));
        if (!chosen.contains(names.getLast())) {
            chosen.set(chosen.size() - 1, names.getLast());
        }
        for (String name : chosen) {
            NavigableMap<Long, Double> curve = content.metrics().curve(name);
            double[] x = curve.keySet().stream().mapToDouble(step -> step).toArray();
            double[] y = curve.values().stream().mapToDouble(value -> value).toArray();
            SvgChart chart = new SvgChart("A metric over steps", STEP)
                    .range(firstStep, lastStep)
                    .curve(name, x, y, 0);
            figure(HtmlText.name(name), chart, "", List.of());
        }
        page.append("</div>\n");
        if (names.size() > chosen.size()) {
            page.append("<p class=\"soft\">and ").append(HtmlText.count(names.size() - chosen.size(), "more metric"))
                    .append("</p>\n");
        }
        page.append(HtmlCorrelations.table(series, shownLayers, content.metrics(), chosen));
    }

    private void figure(String heading, SvgChart chart, String caption, boolean withAlarms) {
        figure(HtmlText.text(heading), chart, caption, withAlarms ? content.alarms().fired() : List.of());
    }

    /** Adds a chart unless it is empty. */
    private void figure(String safeHeading, SvgChart chart, String caption, List<Alarm> alarms) {
        if (chart.isEmpty()) {
            return;
        }
        int marked = 0;
        for (Alarm alarm : alarms) {
            int layer = shownLayers.indexOf(alarm.layer());
            if (layer >= 0 && marked++ < MAX_MARKS) {
                chart.mark((double) alarm.step(), alarm.kind().label() + ": " + alarm.evidence(), layer);
            }
        }
        page.append("<figure><h3>").append(safeHeading).append("</h3>\n").append(chart.svg())
                .append("<figcaption>").append(HtmlText.text(caption)).append("</figcaption></figure>\n");
    }
}
