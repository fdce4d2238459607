package io.github.logalign.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Curves over one vertical axis: a chart, or a part of a chart whose parts share their horizontal axis. */
final class ChartPanel {

    private static final int POINTS_WITH_DOTS = 60;
    private static final int POINTS_OF_FINE_LINES = 150;
    private static final double NAMES_GAP = 8;
    private static final int Y_TICKS = 4;

    /** From this ratio of the largest to the smallest on, a logarithmic axis shows more than a linear one. */
    private static final double LOG_RATIO = 8;

    private final String title;
    private final List<ChartCurve> curves = new ArrayList<>();
    private final List<ChartBand> bands = new ArrayList<>();
    private boolean logarithmic;
    private boolean zeroLine;
    private boolean clipped;
    private AxisRange least = AxisRange.NOTHING;

    /**
     * Creates an empty panel.
     *
     * @param safeTitle the quantity, above the axis; may be empty
     */
    ChartPanel(String safeTitle) {
        this.title = safeTitle;
    }

    ChartPanel curve(ChartCurve curve) {
        curves.add(curve);
        return this;
    }

    /** Adds an area behind the curves; on a logarithmic axis its numbers are positive. */
    ChartPanel band(ChartBand band) {
        bands.add(band);
        return this;
    }

    ChartPanel log() {
        logarithmic = true;
        return this;
    }

    /** Makes the axis logarithmic if the values are positive and of different magnitudes. Call after adding the curves. */
    ChartPanel logIfWide() {
        double[] values = curves.stream().flatMapToDouble(curve -> Arrays.stream(curve.y())).toArray();
        double least = Arrays.stream(values).min().orElse(0);
        logarithmic = least > 0 && Arrays.stream(values).max().orElse(0) >= LOG_RATIO * least;
        return this;
    }

    /** Makes the axis span at least a range, to match other charts. */
    ChartPanel including(AxisRange range) {
        least = range;
        return this;
    }

    ChartPanel zeroLine() {
        zeroLine = true;
        return this;
    }

    /** Lets the axis leave out values of the first half that would flatten all others; they are marked at its edge. */
    ChartPanel clipped() {
        clipped = true;
        return this;
    }

    List<ChartCurve> curves() {
        return curves;
    }

    boolean isLogarithmic() {
        return logarithmic;
    }

    String title() {
        return title + (logarithmic ? (title.isEmpty() ? "log scale" : ", log scale") : "");
    }

    /** The vertical axis. */
    ChartScale scale(ChartCurve.Limits limits, double top, double bottom) {
        AxisRange range = range(limits);
        return logarithmic
                ? ChartScale.log(range.low(), range.high(), bottom, top)
                : ChartScale.linear(range.low(), range.high(), bottom, top);
    }

    /** The range of the axis. */
    AxisRange range(ChartCurve.Limits limits) {
        List<double[]> points = new ArrayList<>();
        for (ChartCurve curve : curves) {
            curve.shown(limits).forEach(i -> points.add(new double[]{curve.x()[i], curve.y()[i]}));
        }
        AxisRange range = clipped ? AxisRange.withoutEarlyOutliers(points) : AxisRange.of(points);
        for (ChartBand band : bands) {
            range = range.with(Arrays.stream(band.low()).min().orElse(range.low()))
                    .with(Arrays.stream(band.high()).max().orElse(range.high()));
        }
        range = range.with(least);
        return zeroLine ? range.with(0) : range;
    }

    /** Draws the lines and numbers of the vertical axis. */
    void drawAxis(StringBuilder svg, ChartScale y, double left, double right) {
        double last = Double.POSITIVE_INFINITY;
        for (ChartScale.Tick tick : y.ticks(Y_TICKS)) {
            double at = y.place(tick.value());
            Svg.line(svg, zeroLine && tick.value() == 0 ? "zero" : "grid", left, at, right, at);
            if (last - at >= ChartFrame.LINE) {
                Svg.text(svg, left - 7, at + 4, "end", tick.label());
                last = at;
            }
        }
    }

    /** The width of the numbers of the vertical axis. */
    double labelWidth(ChartScale y) {
        return ChartFrame.FONT
                * y.ticks(Y_TICKS).stream().mapToDouble(tick -> TextWidth.of(tick.label())).max().orElse(0);
    }

    void draw(StringBuilder svg, ChartScale x, ChartScale y, ChartCurve.Limits limits) {
        bands.forEach(band -> svg.append(band.svg(x, y)));
        for (ChartCurve curve : curves) {
            List<Integer> shown = curve.shown(limits);
            if (!shown.isEmpty()) {
                draw(svg, curve, shown, x, y);
            }
        }
    }

    private static void draw(StringBuilder svg, ChartCurve curve, List<Integer> shown, ChartScale x, ChartScale y) {
        svg.append("<g class=\"").append(curve.tone()).append("\">").append(tip(curve, shown)).append("<path class=\"")
                .append(curve.dashed() ? "line dashed" : shown.size() > POINTS_OF_FINE_LINES ? "line fine" : "line")
                .append("\" d=\"");
        // Additional points would not change the picture.
        boolean crowded = shown.size() > x.length();
        List<Integer> points = crowded
                ? CurveThinning.thinned(shown, at -> x.place(curve.x()[at]), curve.y())
                : shown;
        boolean down = false;
        List<Integer> beyond = new ArrayList<>();
        for (int i : points) {
            if (y.holds(curve.y()[i])) {
                svg.append(down ? 'L' : 'M').append(Svg.number(x.place(curve.x()[i]))).append(' ')
                        .append(Svg.number(y.place(curve.y()[i])));
                down = true;
            } else {
                beyond.add(i);
                down = false;
            }
        }
        svg.append("\"/>");
        for (int i : beyond) {
            boolean above = y.place(curve.y()[i]) < Math.min(y.start(), y.end());
            svg.append("<path class=\"beyond\" d=\"M").append(Svg.number(x.place(curve.x()[i]) - 4)).append(' ')
                    .append(Svg.number(above ? Math.min(y.start(), y.end()) + 7 : Math.max(y.start(), y.end()) - 7))
                    .append(above ? "h8l-4 -7z" : "h8l-4 7z").append("\"/>");
        }
        if (!curve.dashed() && shown.size() <= POINTS_WITH_DOTS) {
            for (int i : shown) {
                if (y.holds(curve.y()[i])) {
                    svg.append("<circle r=\"2.6\" cx=\"").append(Svg.number(x.place(curve.x()[i]))).append("\" cy=\"")
                            .append(Svg.number(y.place(curve.y()[i]))).append("\"/>");
                }
            }
        }
        svg.append("</g>");
    }

    /** Where a curve begins and ends, as a tooltip. */
    private static String tip(ChartCurve curve, List<Integer> shown) {
        return curve.hasName()
                ? "<title>" + HtmlText.name(curve.name()) + ": " + HtmlText.plain(curve.y()[shown.getFirst()]) + " to "
                        + HtmlText.plain(curve.y()[shown.getLast()]) + "</title>"
                : "";
    }

    private List<ChartCurve> named(ChartCurve.Limits limits) {
        return curves.stream().filter(curve -> curve.hasName() && !curve.shown(limits).isEmpty()).toList();
    }

    /** Short names of the curves. */
    private Map<String, String> names(ChartCurve.Limits limits, ChartFrame frame) {
        return LayerLabels.of(named(limits).stream().map(ChartCurve::name).distinct().toList(),
                (frame.names() - NAMES_GAP - 2.0) / ChartFrame.FONT);
    }

    /** The room that the names need, at most that of the frame. */
    double nameWidth(ChartCurve.Limits limits, ChartFrame frame) {
        double widest = names(limits, frame).values().stream().mapToDouble(TextWidth::of).max().orElse(0);
        return Math.min(frame.names(), NAMES_GAP + 2 + widest * ChartFrame.FONT);
    }

    /** Draws the names of the curves at their right ends, moved apart so that none overlaps another. */
    void drawNames(StringBuilder svg, ChartScale x, ChartScale y, ChartCurve.Limits limits, ChartFrame frame) {
        List<ChartCurve> named = named(limits);
        Map<String, String> labels = names(limits, frame);
        List<double[]> places = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            ChartCurve curve = named.get(i);
            places.add(new double[]{i, y.within(curve.y()[curve.shown(limits).getLast()])});
        }
        places.sort(Comparator.comparingDouble(place -> place[1]));
        double free = Math.min(y.start(), y.end());
        for (double[] place : places) {
            place[1] = Math.max(place[1], free);
            free = place[1] + ChartFrame.LINE;
        }
        free = Math.max(y.start(), y.end());
        for (double[] place : places.reversed()) {
            place[1] = Math.min(place[1], free);
            free = place[1] - ChartFrame.LINE;
        }
        for (double[] place : places) {
            ChartCurve curve = named.get((int) place[0]);
            svg.append("<g class=\"name ").append(curve.tone()).append("\"><title>")
                    .append(HtmlText.name(curve.name())).append("</title>");
            Svg.text(svg, x.end() + NAMES_GAP, place[1] + 4, "start",
                    HtmlText.text(labels.getOrDefault(curve.name(), "")));
            svg.append("</g>");
        }
    }
}
