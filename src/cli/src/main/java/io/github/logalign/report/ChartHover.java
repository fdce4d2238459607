package io.github.logalign.report;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The tooltips of a chart: the picture is divided into columns, each of which tells the values of all curves at its step.
 * The number of columns is bounded.
 */
final class ChartHover {

    private static final int MOST = 100;
    private static final double LABEL = 20;

    private final ChartScale x;
    private final String xLabel;
    private final ChartCurve.Limits limits;

    ChartHover(ChartScale x, String xLabel, ChartCurve.Limits limits) {
        this.x = x;
        this.xLabel = xLabel;
        this.limits = limits;
    }

    /** Draws invisible columns over the curves. */
    void draw(StringBuilder svg, List<ChartCurve> curves, double top, double bottom) {
        double[] places = places(curves);
        if (places.length == 0) {
            return;
        }
        Map<String, String> labels = LayerLabels.of(
                curves.stream().map(ChartCurve::name).filter(name -> !name.isEmpty()).distinct().toList(), LABEL);
        svg.append("<g class=\"hover\">");
        double from = x.place(places[0]) - (places.length > 1 ? 0 : 20);
        for (int i = 0; i < places.length; i++) {
            double to = i + 1 < places.length
                    ? (x.place(places[i]) + x.place(places[i + 1])) / 2
                    : x.place(places[i]) + (places.length > 1 ? 0 : 20);
            svg.append("<rect x=\"").append(Svg.number(from)).append("\" y=\"").append(Svg.number(top))
                    .append("\" width=\"").append(Svg.number(Math.max(1, to - from))).append("\" height=\"")
                    .append(Svg.number(bottom - top)).append("\"><title>").append(xLabel).append(' ')
                    .append(HtmlText.plain(places[i]));
            for (ChartCurve curve : curves) {
                append(svg, curve, places[i], new double[]{from, to}, labels);
            }
            svg.append("</title></rect>");
            from = to;
        }
        svg.append("</g>");
    }

    /** Adds the value of a curve at a place, or at its nearest point within the column. */
    private void append(
            StringBuilder svg, ChartCurve curve, double place, double[] column, Map<String, String> labels) {
        int at = nearest(curve.x(), place);
        if (at < 0 || !curve.hasName() || x.place(curve.x()[at]) < column[0] || x.place(curve.x()[at]) > column[1]) {
            return;
        }
        svg.append('\n').append(HtmlText.text(labels.getOrDefault(curve.name(), ""))).append(": ")
                .append(HtmlText.plain(curve.y()[at]));
        if (curve.x()[at] != place) {
            svg.append(" (").append(HtmlText.plain(curve.x()[at])).append(')');
        }
    }

    /** The index of the value nearest to a place, or -1. */
    private static int nearest(double[] sorted, double place) {
        int at = Arrays.binarySearch(sorted, place);
        if (at >= 0 || sorted.length == 0) {
            return at;
        }
        int after = -at - 1;
        boolean last = after == sorted.length;
        return last || (after > 0 && place - sorted[after - 1] <= sorted[after] - place) ? after - 1 : after;
    }

    /** Places at which curves have points, evenly thinned. */
    private double[] places(List<ChartCurve> curves) {
        TreeSet<Double> all = new TreeSet<>();
        for (ChartCurve curve : curves) {
            curve.shown(limits).forEach(i -> all.add(curve.x()[i]));
        }
        return CurveThinning.evenly(List.copyOf(all), MOST).stream().mapToDouble(place -> place).toArray();
    }
}
