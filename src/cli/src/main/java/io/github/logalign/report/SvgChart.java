package io.github.logalign.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line chart as inline SVG: axes with ticks at round values, curves with their names at the right end, and marks for
 * alarms. The colours come from the style of the page, so the chart follows its light and dark modes. Curves of many
 * points are thinned to the extremes of each pixel column, which looks the same.
 */
final class SvgChart {

    /** The largest number of curves that a reader can distinguish. */
    static final int MAX_CURVES = 6;

    private static final int WIDTH = 480;
    private static final int HEIGHT = 270;
    private static final int LEFT = 52;
    private static final int RIGHT = 456;
    private static final int RIGHT_BEFORE_NAMES = 372;
    private static final int TOP = 14;
    private static final int BOTTOM = 228;
    private static final int LABEL_LENGTH = 15;
    private static final int LABEL_HEIGHT = 13;
    private static final int POINTS_WITH_DOTS = 60;
    private static final int X_TICKS = 5;
    private static final int Y_TICKS = 5;

    /** The lower end of a logarithmic axis, as a share of the largest value. Smaller values are rounding errors. */
    private static final double LOG_FLOOR = 1e-12;

    private final String label;
    private final String xLabel;
    private final List<Curve> curves = new ArrayList<>();
    private final List<ChartBand> bands = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private boolean logX;
    private boolean logY;
    private boolean zeroLine;
    private double @Nullable [] range;

    /** A curve of finite points with increasing x. */
    private record Curve(String name, double[] x, double[] y, int colour, boolean dashed) {}

    private record Mark(double x, String text, int colour) {}

    /**
     * Creates an empty chart.
     *
     * @param label the text alternative for screen readers; must not come from a file
     * @param xLabel the label of the horizontal axis; must not come from a file
     */
    SvgChart(String label, String xLabel) {
        this.label = label;
        this.xLabel = xLabel;
    }

    SvgChart curve(String name, double[] x, double[] y, int colour) {
        curves.add(new Curve(name, x, y, colour, false));
        return this;
    }

    /** Adds an area behind the curves; on a logarithmic axis its numbers are positive. */
    SvgChart band(ChartBand band) {
        bands.add(band);
        return this;
    }

    /** Adds a curve for comparison: dashed and without a name. */
    SvgChart dashed(double[] x, double[] y, int colour) {
        curves.add(new Curve("", x, y, colour, true));
        return this;
    }

    SvgChart mark(double x, String text, int colour) {
        marks.add(new Mark(x, text, colour));
        return this;
    }

    SvgChart logX() {
        logX = true;
        return this;
    }

    SvgChart logY() {
        logY = true;
        return this;
    }

    SvgChart zeroLine() {
        zeroLine = true;
        return this;
    }

    /** Sets the range of the horizontal axis, to match other charts. */
    SvgChart range(double from, double to) {
        range = new double[]{from, to};
        return this;
    }

    /** Whether there is nothing to draw. */
    boolean isEmpty() {
        return curves.stream().allMatch(curve -> shown(curve).isEmpty());
    }

    String svg() {
        ChartScale x = xScale();
        ChartScale y = yScale();
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT)
                .append("\" role=\"img\" aria-label=\"").append(HtmlText.text(label)).append("\">");
        axes(svg, x, y);
        for (Mark mark : marks) {
            mark(svg, mark, x);
        }
        bands.forEach(band -> svg.append(band.svg(x, y)));
        for (Curve curve : curves) {
            draw(svg, curve, x, y);
        }
        if (hasNames()) {
            labels(svg, y);
        }
        return svg.append("</svg>\n").toString();
    }

    /** A single curve needs no name, since the title has it. */
    private boolean hasNames() {
        return curves.stream().filter(curve -> !curve.name.isEmpty()).count() > 1;
    }

    private int right() {
        return hasNames() ? RIGHT_BEFORE_NAMES : RIGHT;
    }

    private ChartScale xScale() {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        if (range != null) {
            min = range[0];
            max = range[1];
        } else {
            for (Curve curve : curves) {
                for (int i : shown(curve)) {
                    min = Math.min(min, curve.x[i]);
                    max = Math.max(max, curve.x[i]);
                }
            }
        }
        return logX ? ChartScale.log(min, max, LEFT, right()) : ChartScale.tight(min, max, LEFT, right());
    }

    private ChartScale yScale() {
        double min = zeroLine ? 0 : Double.POSITIVE_INFINITY;
        double max = zeroLine ? 0 : Double.NEGATIVE_INFINITY;
        for (Curve curve : curves) {
            for (int i : shown(curve)) {
                min = Math.min(min, curve.y[i]);
                max = Math.max(max, curve.y[i]);
            }
        }
        for (ChartBand band : bands) {
            min = Math.min(min, Arrays.stream(band.low()).min().orElse(min));
            max = Math.max(max, Arrays.stream(band.high()).max().orElse(max));
        }
        return logY ? ChartScale.log(min, max, BOTTOM, TOP) : ChartScale.linear(min, max, BOTTOM, TOP);
    }

    /** The points that can be drawn: on logarithmic axes only positive ones above the floor. */
    private List<Integer> shown(Curve curve) {
        double largest = 0;
        for (double value : curve.y) {
            largest = Math.max(largest, value);
        }
        double floor = largest * LOG_FLOOR;
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < curve.x.length; i++) {
            boolean hasX = range == null || (curve.x[i] >= range[0] && curve.x[i] <= range[1]);
            if (hasX && (!logX || curve.x[i] > 0) && (!logY || (curve.y[i] > 0 && curve.y[i] >= floor))) {
                shown.add(i);
            }
        }
        return shown;
    }

    private void axes(StringBuilder svg, ChartScale x, ChartScale y) {
        svg.append("<g class=\"axis\">");
        for (ChartScale.Tick tick : y.ticks(Y_TICKS)) {
            double at = y.place(tick.value());
            String kind = zeroLine && tick.value() == 0 ? "zero" : "grid";
            line(svg, kind, LEFT, at, right(), at);
            text(svg, LEFT - 7, at + 4, "end", tick.label());
        }
        for (ChartScale.Tick tick : x.ticks(X_TICKS)) {
            double at = x.place(tick.value());
            line(svg, "tick", at, BOTTOM, at, BOTTOM + 5);
            text(svg, at, BOTTOM + 18, "middle", tick.label());
        }
        line(svg, "base", LEFT, BOTTOM, right(), BOTTOM);
        text(svg, (LEFT + right()) / 2.0, BOTTOM + 36, "middle", HtmlText.text(xLabel));
        svg.append("</g>");
    }

    private static void line(StringBuilder svg, String kind, double x1, double y1, double x2, double y2) {
        svg.append("<line class=\"").append(kind).append("\" x1=\"").append(number(x1)).append("\" y1=\"")
                .append(number(y1)).append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2))
                .append("\"/>");
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" text-anchor=\"")
                .append(anchor).append("\">").append(text).append("</text>");
    }

    private static void mark(StringBuilder svg, Mark mark, ChartScale x) {
        if (!x.holds(mark.x)) {
            return;
        }
        double at = x.place(mark.x);
        svg.append("<g class=\"alarm c").append(mark.colour).append("\"><title>").append(HtmlText.text(mark.text))
                .append("</title>");
        line(svg, "mark", at, TOP, at, BOTTOM);
        svg.append("<path class=\"flag\" d=\"M").append(number(at - 5)).append(' ').append(number(TOP - 10))
                .append("h10l-5 9z\"/></g>");
    }

    private void draw(StringBuilder svg, Curve curve, ChartScale x, ChartScale y) {
        List<Integer> shown = shown(curve);
        if (shown.isEmpty()) {
            return;
        }
        svg.append("<g class=\"c").append(curve.colour).append("\">");
        svg.append("<path class=\"").append(curve.dashed ? "line dashed" : "line").append("\" d=\"");
        char command = 'M';
        // Additional points would not change the picture.
        boolean crowded = shown.size() > 2 * (right() - LEFT);
        for (int i : crowded ? CurveThinning.thinned(shown, at -> x.place(curve.x[at]), curve.y) : shown) {
            svg.append(command).append(number(x.place(curve.x[i]))).append(' ').append(number(y.place(curve.y[i])));
            command = 'L';
        }
        svg.append("\"/>");
        if (!curve.dashed && shown.size() <= POINTS_WITH_DOTS) {
            for (int i : shown) {
                svg.append("<circle r=\"2.6\" cx=\"").append(number(x.place(curve.x[i]))).append("\" cy=\"")
                        .append(number(y.place(curve.y[i]))).append("\"><title>")
                        .append(HtmlText.name(curve.name)).append(", ").append(HtmlText.text(xLabel)).append(' ')
                        .append(HtmlText.plain(curve.x[i])).append(": ").append(HtmlText.plain(curve.y[i]))
                        .append("</title></circle>");
            }
        }
        svg.append("</g>");
    }

    /** Draws the names of the curves at their right ends, moved apart to avoid overlaps. */
    private void labels(StringBuilder svg, ChartScale y) {
        List<Curve> named = new ArrayList<>();
        List<double[]> places = new ArrayList<>();
        for (Curve curve : curves) {
            List<Integer> shown = shown(curve);
            if (!curve.name.isEmpty() && !shown.isEmpty()) {
                places.add(new double[]{named.size(), y.place(curve.y[shown.getLast()])});
                named.add(curve);
            }
        }
        places.sort(Comparator.comparingDouble(place -> place[1]));
        double lowestFree = TOP;
        for (double[] place : places) {
            place[1] = Math.max(place[1], lowestFree);
            lowestFree = place[1] + LABEL_HEIGHT;
        }
        double highestFree = BOTTOM;
        for (double[] place : places.reversed()) {
            place[1] = Math.min(place[1], highestFree);
            highestFree = place[1] - LABEL_HEIGHT;
        }
        for (double[] place : places) {
            Curve curve = named.get((int) place[0]);
            svg.append("<g class=\"name c").append(curve.colour).append("\"><title>").append(HtmlText.name(curve.name))
                    .append("</title>");
            text(svg, right() + 8, place[1] + 4, "start", HtmlText.shortName(curve.name, LABEL_LENGTH));
            svg.append("</g>");
        }
    }

    private static String number(double place) {
        String text = String.format(Locale.ROOT, "%.1f", place);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
