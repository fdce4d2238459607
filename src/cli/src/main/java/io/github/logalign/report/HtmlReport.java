package io.github.logalign.report;

import io.github.logalign.Environment;
import io.github.logalign.score.Outcome;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * A series as one self-contained web page: charts, alarms, a table, and the meaning of each number. The page loads
 * nothing and follows the reader's choice of light or dark. Its only script sorts tables; without it the page is complete. Its size
 * is bounded regardless of the length of the series and the number of layers.
 */
public final class HtmlReport {

    private static final int MAX_FAILURES = 20;

    private final Content content;
    private final Series series;
    private final StringBuilder page = new StringBuilder(1 << 16);

    /**
     * The content of a report.
     *
     * @param title the name of the run
     * @param series the rows, with baseline, deviation and slope
     * @param alarms the alarms that fired, and the evidence for those that did not
     * @param spectra some spectra by step and layer; may be empty
     * @param samples what tells how sure changes are, in the order of the steps; may be empty
     * @param metrics other metrics of the run
     * @param environment the environment of the computation
     */
    public record Content(
            String title,
            Series series,
            Alarms alarms,
            NavigableMap<Long, Map<String, SpectrumCurves>> spectra,
            List<LayerSample> samples,
            Metrics metrics,
            Environment environment) {}

    private HtmlReport(Content content) {
        this.content = content;
        this.series = content.series();
    }

    /**
     * Writes the page.
     *
     * @param out the stream to write to; not closed
     * @param content the content; its names are escaped here
     * @throws IOException if writing fails
     */
    public static void write(OutputStream out, Content content) throws IOException {
        HtmlReport report = new HtmlReport(content);
        report.build();
        out.write(report.page.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void build() {
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .append("<meta name=\"generator\" content=\"logalign\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                        + " 'unsafe-inline'; ")
                .append(HtmlSorting.policy()).append("\">\n<title>LAR of ")
                .append(HtmlText.name(content.title())).append("</title>\n<style>\n").append(HtmlStyle.CSS)
                .append("</style></head><body><main>\n");
        ChartedLayers layers = ChartedLayers.of(series, content.alarms());
        head(layers);
        new HtmlAlarms(page, content.alarms(), series.layers().size()).append();
        failures();
        HtmlCharts charts = new HtmlCharts(page, content, layers);
        charts.curves();
        new HtmlLayers(page, series).append();
        new HtmlSpectra(page, content).append(layers);
        charts.spread();
        charts.metrics();
        HtmlNumbers.append(page, series.rows());
        page.append(HtmlMeaning.HTML);
        foot();
        page.append("</main>").append(HtmlSorting.ELEMENT).append("</body></html>\n");
    }

    private void head(ChartedLayers layers) {
        long steps = series.rows().stream().mapToLong(SeriesRow::step).distinct().count();
        page.append("<h1>").append(HtmlText.name(content.title())).append("</h1>\n<p class=\"soft\">")
                .append("Log-alignment ratio (LAR) of ").append(HtmlText.count(series.layers().size(), "layer"))
                .append(" at ")
                .append(HtmlText.count(steps, "checkpoint"));
        if (steps == 1) {
            page.append(", step ").append(HtmlText.step(series.rows().getFirst().step()));
        } else if (steps > 1) {
            page.append(", steps ").append(HtmlText.step(series.rows().getFirst().step())).append(" to ")
                    .append(HtmlText.step(series.rows().getLast().step()));
        }
        page.append(".</p>\n");
        page.append(HtmlSummary.of(content, layers)).append(HtmlChanges.of(layers.shown(), content.samples()));
    }

    private void failures() {
        List<SeriesRow> failed = series.rows().stream()
                .filter(row -> row.score().outcome() instanceof Outcome.Missing)
                .toList();
        if (failed.isEmpty()) {
            return;
        }
        page.append("<h2>Rows without a value</h2>\n<ul>\n");
        for (SeriesRow row : failed.subList(0, Math.min(MAX_FAILURES, failed.size()))) {
            page.append("<li>step ").append(HtmlText.step(row.step())).append(", ").append(HtmlText.name(row.layer()))
                    .append(": ").append(HtmlText.name(row.score().reason().orElse(""))).append("</li>\n");
        }
        page.append("</ul>\n");
        if (failed.size() > MAX_FAILURES) {
            page.append("<p class=\"soft\">and ").append(HtmlText.step(failed.size() - MAX_FAILURES))
                    .append(" more</p>\n");
        }
    }

    private void foot() {
        Environment environment = content.environment();
        page.append("<footer>logalign ").append(HtmlText.text(environment.version())).append(", Java ")
                .append(HtmlText.text(environment.java())).append(", ").append(HtmlText.text(environment.os()))
                .append(", ").append(HtmlText.text(environment.cpu())).append(". LAR: arXiv 2605.28975.</footer>\n");
    }
}
