package io.github.logalign.report;

import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.List;
import java.util.Map;

/**
 * The section of a report on all layers of a run that has more than curves of one chart can show: a small chart for each
 * kind of layer, with a colour for the depth, and a heat map.
 */
final class HtmlLayers {

    private static final int MOST_KINDS = 12;
    private static final int MOST_CURVES = 48;

    /** The number of colours for depths. */
    private static final int TONES = 9;

    private static final double TITLE = 24;

    private final StringBuilder page;
    private final Series series;
    private final List<String> layers;

    HtmlLayers(StringBuilder page, Series series) {
        this.page = page;
        this.series = series;
        this.layers = series.layers();
    }

    /** Adds the section if there are many layers that have values. */
    void append() {
        SvgHeatMap map = new SvgHeatMap(series);
        if (layers.size() <= SvgChart.MAX_CURVES || map.isEmpty()) {
            return;
        }
        page.append("<h2>All layers</h2>\n");
        kinds();
        page.append("<figure class=\"all\"><h3>LAR of every layer over steps</h3>\n").append(map.svg())
                .append("<figcaption>").append(ramp("h", "LAR " + HtmlText.number("%.3f", map.low()),
                        HtmlText.number("%.3f", map.high())));
        int more = layers.size() - SvgHeatMap.MAX_LAYERS;
        if (more > 0) {
            page.append("and ").append(HtmlText.count(more, "more layer"));
        }
        page.append("</figcaption></figure>\n");
    }

    private void kinds() {
        List<LayerKind> families = LayerKind.of(layers).stream().filter(LayerKind::isFamily).toList();
        List<LayerKind> shown = families.subList(0, Math.min(MOST_KINDS, families.size()));
        if (shown.isEmpty()) {
            return;
        }
        int deepest = shown.stream().flatMap(kind -> kind.layers().stream()).mapToInt(LayerKind::depth).max().orElse(0);
        AxisRange range = AxisRange.NOTHING;
        for (LayerKind kind : shown) {
            for (String layer : kind.layers()) {
                for (double lar : ChartCurves.points(series.layer(layer), SeriesRow::usableLar)[1]) {
                    range = range.with(lar);
                }
            }
        }
        page.append("<p class=\"soft\">LAR by kind of layer, on one scale. ")
                .append(ramp("d", "first block", "block " + HtmlText.step(deepest))).append("</p>\n")
                .append("<div class=\"kinds\">\n");
        Map<String, String> titles = LayerLabels.of(shown.stream().map(LayerKind::pattern).toList(), TITLE);
        for (LayerKind kind : shown) {
            kind(kind, titles.getOrDefault(kind.pattern(), ""), range, deepest);
        }
        page.append("</div>\n");
        if (families.size() > shown.size()) {
            page.append("<p class=\"soft\">and ").append(HtmlText.count(families.size() - shown.size(), "more kind"))
                    .append(", in the heat map.</p>\n");
        }
    }

    private void kind(LayerKind kind, String title, AxisRange range, int deepest) {
        List<String> chosen = CurveThinning.evenly(kind.layers(), MOST_CURVES);
        ChartPanel panel = new ChartPanel("").including(range);
        for (String layer : chosen) {
            double[][] points = ChartCurves.points(series.layer(layer), SeriesRow::usableLar);
            int tone = deepest == 0 ? 0 : (int) ((long) LayerKind.depth(layer) * (TONES - 1) / deepest);
            panel.curve(new ChartCurve(layer, points[0], points[1], "d" + tone, false));
        }
        SvgChart chart = new ChartCurves(series, chosen).plain("LAR over steps, layers of one kind", List.of(panel));
        if (chart.isEmpty()) {
            return;
        }
        page.append("<figure><h3 title=\"").append(HtmlText.name(kind.pattern())).append("\">")
                .append(HtmlText.text(title)).append("</h3>\n").append(chart.svg(ChartFrame.SMALL))
                .append("<figcaption>");
        if (chosen.size() < kind.layers().size()) {
            page.append(chosen.size()).append(" of ");
        }
        page.append(HtmlText.count(kind.layers().size(), "layer")).append("</figcaption></figure>\n");
    }

    /** A scale of colours between two words. */
    private static String ramp(String tone, String from, String to) {
        StringBuilder ramp = new StringBuilder("<span class=\"ramp\">" + from
                + "<svg viewBox=\"0 0 9 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        for (int i = 0; i < TONES; i++) {
            ramp.append("<rect class=\"").append(tone).append(i).append("\" x=\"").append(i)
                    .append("\" width=\"1\" height=\"1\"/>");
        }
        return ramp.append("</svg>").append(to).append("</span>").toString();
    }
}
