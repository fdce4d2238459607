package io.github.logalign.report;

import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sections of a report with charts over steps. */
final class HtmlCharts {

    private static final int MAX_METRICS = 12;

    private final StringBuilder page;
    private final HtmlReport.Content content;
    private final ChartedLayers layers;
    private final ChartCurves curves;

    /**
     * Creates the charts.
     *
     * @param page the page to append to
     * @param content the content of the report
     * @param layers the layers that have curves
     */
    HtmlCharts(StringBuilder page, HtmlReport.Content content, ChartedLayers layers) {
        this.page = page;
        this.content = content;
        this.layers = layers;
        this.curves = new ChartCurves(content.series(), layers.shown());
    }

    /** Adds LAR with the losses, then k, deviation and slope over the steps. */
    void curves() {
        page.append("<h2>Over training</h2>\n");
        legend();
        page.append(new HtmlPicture(content, curves).html()).append("<div class=\"charts\">\n");
        SvgChart dimension = curves.chart("Effective dimension over steps", HtmlCharts::dimension);
        dimension.panel().log();
        curves.bands(dimension.panel(), ChartCurves.interval(ErrorBars::effectiveDimension));
        figure("Effective dimension k", dimension,
                "The number of directions that the layer works with: k = n^(2(1 − LAR)).", false);
        SvgChart deviation = curves.chart("Deviation over steps", SeriesRow::deviation);
        deviation.panel().zeroLine();
        boolean sure = curves.bands(deviation.panel(),
                row -> row.deviationError() == null ? null : row.deviationError().interval());
        figure("Deviation from the baseline", deviation,
                "Baseline LAR minus LAR. Growing: the run falls behind the baseline, as overfitting runs do."
                        + (sure
                                ? " Bands: 95 % intervals over groups of tokens, paired where both runs recorded the "
                                        + "same."
                                : ""),
                true);
        slopes();
        page.append("</div>\n");
    }

    private void slopes() {
        SvgChart slope = curves.chart("Slope of LAR over steps", SeriesRow::slope);
        slope.panel().zeroLine().clipped();
        AxisRange range = slope.panel().range(slope.limits(slope.panel()));
        int beyond = 0;
        double extreme = 0;
        for (ChartCurve curve : slope.panel().curves()) {
            for (double value : curve.y()) {
                if (!range.holds(value)) {
                    beyond++;
                    extreme = Math.abs(value) > Math.abs(extreme) ? value : extreme;
                }
            }
        }
        figure("Rate of change", slope,
                "Slope of LAR per 1000 steps over the window that ends at each step. Below 0: decline."
                        + (beyond == 0
                                ? ""
                                : " " + HtmlText.count(beyond, "early point") + (beyond == 1 ? " lies" : " lie")
                                        + " beyond the axis, as far as " + HtmlText.plain(extreme)
                                        + "; triangles at its edge mark them."),
                true);
    }

    private void legend() {
        page.append("<ul class=\"legend\">\n");
        for (int i = 0; i < layers.shown().size(); i++) {
            page.append("<li class=\"c").append(i).append("\"><span>").append(HtmlText.name(layers.shown().get(i)))
                    .append("</span></li>\n");
        }
        page.append("</ul>\n");
        int more = content.series().layers().size() - layers.shown().size();
        if (more > 0) {
            page.append(
                    "<p class=\"soft\">These layers have curves: the head or watched layer, those with alarms, then those "
                            + "whose LAR changed most. All others are below, under “All layers”.</p>\n");
        }
    }

    private static @Nullable Double dimension(SeriesRow row) {
        Double k = LayerColumns.EFFECTIVE_DIMENSION.get(row.score());
        return row.usableLar() != null && k != null && Double.isFinite(k) ? k : null;
    }

    /** Adds the effective ranks over the steps. */
    void spread() {
        SvgChart ofWeights = curves.chart("Effective rank of p over steps",
                row -> LayerColumns.P_EFFECTIVE_RANK.get(row.score()));
        SvgChart ofInputs = curves.chart("Effective rank of q over steps",
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
            double[][] points = ChartCurves.points(content.metrics().curve(name));
            SvgChart chart = curves.chart("A metric over steps", List.of(new ChartPanel("")))
                    .curve(name, points[0], points[1], 0);
            if (MetricNames.isLossOrPerplexity(name)) {
                chart.panel().logIfWide();
            }
            figure(HtmlText.name(name), chart, "", List.of());
        }
        page.append("</div>\n");
        if (names.size() > chosen.size()) {
            page.append("<p class=\"soft\">and ").append(HtmlText.count(names.size() - chosen.size(), "more metric"))
                    .append("</p>\n");
        }
        page.append(HtmlCorrelations.table(content.series(), layers.shown(), content.metrics(), chosen));
    }

    private void figure(String heading, SvgChart chart, String caption, boolean withAlarms) {
        figure(HtmlText.text(heading), chart, caption, withAlarms ? content.alarms().fired() : List.of());
    }

    /** Adds a chart unless it is empty. */
    private void figure(String safeHeading, SvgChart chart, String caption, List<Alarm> alarms) {
        if (chart.isEmpty()) {
            return;
        }
        alarms.stream().filter(alarm -> layers.shown().contains(alarm.layer())).limit(HtmlPicture.MAX_MARKS)
                .forEach(alarm -> chart.mark(HtmlPicture.mark(alarm, "")));
        page.append("<figure><h3>").append(safeHeading).append("</h3>\n").append(chart.svg(ChartFrame.COLUMN))
                .append("<figcaption>").append(HtmlText.text(caption)).append("</figcaption></figure>\n");
    }
}
