package io.github.logalign.report;

import io.github.logalign.Environment;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Spectra;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A series as one self-contained web page: charts, alarms, a table, and what each number means. It loads nothing, runs no
 * script and follows the reader's choice of light or dark. Its size is bounded however long the series is.
 */
public final class HtmlReport {

    private static final int MOST_TABLE_ROWS = 500;
    private static final int MOST_ALARMS = 40;
    private static final int MOST_FAILURES = 20;
    private static final int MOST_METRICS = 12;
    private static final String STEP = "training step";

    private final Content content;
    private final Series series;
    private final List<String> shownLayers;
    private final double firstStep;
    private final double lastStep;
    private final StringBuilder page = new StringBuilder(1 << 16);

    /**
     * What is shown.
     *
     * @param title the name of the run
     * @param series the rows, with what was derived
     * @param alarms what fired
     * @param spectra by step and layer, of a few of them; maybe empty
     * @param metrics what else was measured
     * @param environment what computed
     */
    public record Content(
            String title,
            Series series,
            List<Alarm> alarms,
            NavigableMap<Long, Map<String, Spectra>> spectra,
            Metrics metrics,
            Environment environment) {}

    private HtmlReport(Content content) {
        this.content = content;
        this.series = content.series();
        this.shownLayers = shownLayers(content);
        this.firstStep = series.rows().isEmpty() ? 0 : series.rows().getFirst().step();
        this.lastStep = series.rows().isEmpty() ? 0 : series.rows().getLast().step();
    }

    /**
     * Writes the page.
     *
     * @param out where to; not closed
     * @param content what is shown; its names are escaped here
     * @throws IOException if writing fails
     */
    public static void write(OutputStream out, Content content) throws IOException {
        HtmlReport report = new HtmlReport(content);
        report.build();
        out.write(report.page.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Those with alarms first, then those whose LAR changed most; in the order of the series. */
    private static List<String> shownLayers(Content content) {
        Set<String> alarmed = content.alarms().stream().map(Alarm::layer).collect(Collectors.toSet());
        List<String> layers = content.series().layers();
        if (layers.size() <= SvgChart.MOST_CURVES) {
            return layers;
        }
        Comparator<String> interest = Comparator.comparingInt((String layer) -> alarmed.contains(layer) ? 0 : 1)
                .thenComparingDouble(layer -> -change(content.series().layer(layer)));
        Set<String> chosen = layers.stream().sorted(interest).limit(SvgChart.MOST_CURVES).collect(Collectors.toSet());
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

    private void build() {
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .append("<meta name=\"generator\" content=\"logalign\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                        + " 'unsafe-inline'\">\n<title>LAR of ")
                .append(HtmlText.name(content.title())).append("</title>\n<style>\n").append(HtmlStyle.CSS)
                .append("</style></head><body><main>\n");
        head();
        alarms();
        failures();
        curves();
        spectra();
        spread();
        heatMap();
        metrics();
        table();
        page.append(HtmlMeaning.HTML);
        foot();
        page.append("</main></body></html>\n");
    }

    private void head() {
        long steps = series.rows().stream().mapToLong(SeriesRow::step).distinct().count();
        page.append("<h1>").append(HtmlText.name(content.title())).append("</h1>\n<p class=\"soft\">")
                .append("Log-alignment ratio (LAR) of ").append(count(series.layers().size(), "layer")).append(" at ")
                .append(count(steps, "checkpoint"));
        if (steps > 0) {
            page.append(", steps ").append(HtmlText.step((long) firstStep)).append(" to ")
                    .append(HtmlText.step((long) lastStep));
        }
        page.append(".</p>\n");
    }

    private static String count(long number, String what) {
        return HtmlText.step(number) + " " + what + (number == 1 ? "" : "s");
    }

    private void alarms() {
        List<Alarm> alarms = content.alarms();
        if (alarms.isEmpty()) {
            page.append("<p>No alarm fired.</p>\n");
            return;
        }
        page.append("<ul class=\"alarms\">\n");
        for (Alarm alarm : alarms.subList(0, Math.min(MOST_ALARMS, alarms.size()))) {
            page.append("<li><b>").append(alarm.kind().label()).append("</b> at step ")
                    .append(HtmlText.step(alarm.step())).append(", ").append(HtmlText.name(alarm.layer())).append(": ")
                    .append(HtmlText.text(alarm.evidence())).append("</li>\n");
        }
        page.append("</ul>\n");
        if (alarms.size() > MOST_ALARMS) {
            page.append("<p class=\"soft\">and ").append(count(alarms.size() - MOST_ALARMS, "more alarm"))
                    .append("</p>\n");
        }
    }

    private void failures() {
        List<SeriesRow> failed = series.rows().stream()
                .filter(row -> row.score().outcome() instanceof Outcome.Missing)
                .toList();
        if (failed.isEmpty()) {
            return;
        }
        page.append("<h2>Rows without a value</h2>\n<ul>\n");
        for (SeriesRow row : failed.subList(0, Math.min(MOST_FAILURES, failed.size()))) {
            page.append("<li>step ").append(HtmlText.step(row.step())).append(", ").append(HtmlText.name(row.layer()))
                    .append(": ").append(HtmlText.name(row.score().reason().orElse(""))).append("</li>\n");
        }
        page.append("</ul>\n");
        if (failed.size() > MOST_FAILURES) {
            page.append("<p class=\"soft\">and ").append(HtmlText.step(failed.size() - MOST_FAILURES))
                    .append(" more</p>\n");
        }
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
            page.append("<p class=\"soft\">The layers with alarms and those whose LAR changed most; and ")
                    .append(count(more, "more layer")).append(" in the heat map and the table.</p>\n");
        }
    }

    private void curves() {
        page.append("<h2>Over training</h2>\n");
        legend();
        page.append("<div class=\"charts\">\n");
        SvgChart lar = chart("LAR over steps", SeriesRow::usableLar);
        baselines(lar);
        figure("LAR", lar, "Higher: the layer's inputs lie more along its strong directions; 1/2 is what random inputs"
                + " give." + (hasBaseline() ? " Dashed: the baseline." : ""), true);
        figure("Effective dimension k", chart("Effective dimension over steps", HtmlReport::dimension).logY(),
                "How many directions the layer works with: k = n^(2(1 − LAR)).", false);
        figure("Deviation from the baseline", chart("Deviation over steps", SeriesRow::deviation).zeroLine(),
                "Baseline LAR minus LAR. Growing: the run falls behind the baseline, as overfitting ones do.", true);
        figure("Rate of change", chart("Slope of LAR over steps", SeriesRow::slope).zeroLine(),
                "Slope of LAR per 1000 steps over the window that ends at each step. Below 0: decline.", true);
        page.append("</div>\n");
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

    private void figure(String heading, SvgChart chart, String caption, boolean withAlarms) {
        figure(HtmlText.text(heading), chart, caption, withAlarms ? content.alarms() : List.of());
    }

    /** Leaves out charts of nothing. */
    private void figure(String safeHeading, SvgChart chart, String caption, List<Alarm> alarms) {
        if (chart.isEmpty()) {
            return;
        }
        int marked = 0;
        for (Alarm alarm : alarms) {
            int layer = shownLayers.indexOf(alarm.layer());
            if (layer >= 0 && marked++ < MOST_ALARMS) {
                chart.mark((double) alarm.step(), alarm.kind().label() + ": " + alarm.evidence(), layer);
            }
        }
        page.append("<figure><h3>").append(safeHeading).append("</h3>\n").append(chart.svg())
                .append("<figcaption>").append(HtmlText.text(caption)).append("</figcaption></figure>\n");
    }

    private void spectra() {
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
                .limit(SvgChart.MOST_CURVES)
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

    private void spread() {
        SvgChart ofWeights = chart("Effective rank of p over steps",
                row -> LayerColumns.P_EFFECTIVE_RANK.get(row.score()));
        SvgChart ofInputs = chart("Effective rank of q over steps",
                row -> LayerColumns.Q_EFFECTIVE_RANK.get(row.score()));
        if (ofWeights.isEmpty() && ofInputs.isEmpty()) {
            return;
        }
        page.append("<h2>Spread of the spectra</h2>\n<div class=\"charts\">\n");
        figure("Effective rank of p", ofWeights, "exp of the entropy: over how many directions the weight spreads.",
                false);
        figure("Effective rank of q", ofInputs, "exp of the entropy: over how many directions the inputs spread.",
                false);
        page.append("</div>\n");
    }

    private void heatMap() {
        if (series.layers().size() <= SvgChart.MOST_CURVES) {
            return;
        }
        SvgHeatMap map = new SvgHeatMap(series);
        if (map.low() > map.high()) {
            return;
        }
        page.append("<h2>All layers</h2>\n<figure class=\"all\"><div class=\"scroll\">").append(map.svg())
                .append("</div><figcaption><span class=\"ramp\">LAR ").append(HtmlText.number("%.3f", map.low()))
                .append("<svg viewBox=\"0 0 9 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        for (int i = 0; i < 9; i++) {
            page.append("<rect class=\"h").append(i).append("\" x=\"").append(i)
                    .append("\" width=\"1\" height=\"1\"/>");
        }
        page.append("</svg>").append(HtmlText.number("%.3f", map.high())).append("</span>");
        int more = series.layers().size() - SvgHeatMap.MOST_LAYERS;
        if (more > 0) {
            page.append(" and ").append(count(more, "more layer"));
        }
        page.append("</figcaption></figure>\n");
    }

    private void metrics() {
        List<String> names = content.metrics().names();
        if (names.isEmpty()) {
            return;
        }
        page.append("<h2>Metrics</h2>\n<div class=\"charts\">\n");
        List<String> chosen = new ArrayList<>(names.subList(0, Math.min(MOST_METRICS, names.size())));
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
            page.append("<p class=\"soft\">and ").append(count(names.size() - chosen.size(), "more metric"))
                    .append("</p>\n");
        }
        page.append(HtmlCorrelations.table(series, shownLayers, content.metrics(), chosen));
    }

    private void table() {
        List<SeriesRow> rows = series.rows();
        Set<Long> steps = new TreeSet<>(rows.stream().map(SeriesRow::step).toList());
        int every = Math.max(1, (int) Math.ceil((double) rows.size() / MOST_TABLE_ROWS));
        List<SeriesRow> shown = rows;
        if (every > 1) {
            int byStep = Math.min(every, steps.size());
            Set<Long> kept = new TreeSet<>();
            int i = 0;
            for (Long step : steps) {
                if (i++ % byStep == 0) {
                    kept.add(step);
                }
            }
            shown = rows.stream().filter(row -> kept.contains(row.step())).limit(2L * MOST_TABLE_ROWS).toList();
        }
        page.append("<h2>Numbers</h2>\n");
        if (shown.size() < rows.size()) {
            page.append("<p class=\"soft\">").append(HtmlText.step(shown.size())).append(" of ")
                    .append(HtmlText.step(rows.size())).append(" rows, those of every ").append(every)
                    .append("th checkpoint; the series file holds all.</p>\n");
        }
        page.append("<div class=\"scroll\"><table>\n<thead><tr><th>layer</th><th>step</th><th>LAR</th><th>k</th>"
                + "<th>baseline</th><th>deviation</th><th>slope / 1000</th><th>rank</th><th>eff. rank p</th>"
                + "<th>eff. rank q</th><th>status</th></tr></thead>\n<tbody>\n");
        for (SeriesRow row : shown) {
            tableRow(row);
        }
        page.append("</tbody></table></div>\n");
    }

    private void tableRow(SeriesRow row) {
        List<String> cells = new ArrayList<>();
        Collections.addAll(
                cells,
                HtmlText.name(row.layer()),
                HtmlText.step(row.step()),
                HtmlText.number("%.6f", LayerColumns.LAR.get(row.score())),
                HtmlText.number("%.2f", LayerColumns.EFFECTIVE_DIMENSION.get(row.score())),
                HtmlText.number("%.6f", row.baseline()),
                HtmlText.number("%.6f", row.deviation()),
                HtmlText.number("%.5f", row.slope()),
                Objects.requireNonNullElse(LayerColumns.NUMERICAL_RANK.shown(row.score()), "–"),
                HtmlText.number("%.2f", LayerColumns.P_EFFECTIVE_RANK.get(row.score())),
                HtmlText.number("%.2f", LayerColumns.Q_EFFECTIVE_RANK.get(row.score())),
                row.score().outcome().status().word());
        page.append("<tr><td>").append(String.join("</td><td>", cells)).append("</td></tr>\n");
    }

    private void foot() {
        Environment environment = content.environment();
        page.append("<footer>logalign ").append(HtmlText.text(environment.version())).append(", Java ")
                .append(HtmlText.text(environment.java())).append(", ").append(HtmlText.text(environment.os()))
                .append(", ").append(HtmlText.text(environment.cpu())).append(". LAR: arXiv 2605.28975.</footer>\n");
    }
}
