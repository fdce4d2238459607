package io.github.logalign.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line chart as inline SVG: panels above each other over one horizontal axis, curves with their names at the right end, marks
 * for what happened, and tooltips. The colours come from the style of the page, so the chart follows its light and dark
 * modes. Curves of many points are thinned to the extremes of each pixel column, which looks the same.
 */
final class SvgChart {

    /** The largest number of curves that a reader can distinguish. */
    static final int MAX_CURVES = 6;

    private static final int X_TICKS = 5;
    private static final int RIGHT = 18;

    private final String label;
    private final String xLabel;
    private final List<ChartPanel> panels = new ArrayList<>();
    private final List<ChartMark> marks = new ArrayList<>();
    private boolean logX;
    private boolean tooltips;
    private double @Nullable [] range;

    /**
     * Creates an empty chart of one panel.
     *
     * @param label the text alternative for screen readers; must not come from a file
     * @param xLabel the label of the horizontal axis; must not come from a file
     */
    SvgChart(String label, String xLabel) {
        this(label, xLabel, List.of(new ChartPanel("")));
    }

    /** Creates a chart of panels. */
    SvgChart(String label, String xLabel, List<ChartPanel> panels) {
        this.label = label;
        this.xLabel = xLabel;
        this.panels.addAll(panels);
    }

    /** The first panel. */
    ChartPanel panel() {
        return panels.getFirst();
    }

    SvgChart curve(String name, double[] x, double[] y, int colour) {
        panel().curve(new ChartCurve(name, x, y, "c" + colour, false));
        return this;
    }

    SvgChart mark(ChartMark mark) {
        marks.add(mark);
        return this;
    }

    SvgChart logX() {
        logX = true;
        return this;
    }

    SvgChart tooltips() {
        tooltips = true;
        return this;
    }

    /** Sets the range of the horizontal axis, to match other charts. */
    SvgChart range(double from, double to) {
        range = new double[]{from, to};
        return this;
    }

    /** Whether there is nothing to draw. */
    boolean isEmpty() {
        return panels.stream().allMatch(panel -> isEmpty(panel));
    }

    private boolean isEmpty(ChartPanel panel) {
        return panel.curves().stream().allMatch(curve -> curve.shown(limits(panel)).isEmpty());
    }

    ChartCurve.Limits limits(ChartPanel panel) {
        return new ChartCurve.Limits(logX, panel.isLogarithmic(), range);
    }

    String svg(ChartFrame frame) {
        List<ChartPanel> drawn = panels.stream().filter(panel -> panels.size() == 1 || !isEmpty(panel)).toList();
        ChartScale[] y = new ChartScale[drawn.size()];
        double left = 0;
        for (int i = 0; i < y.length; i++) {
            y[i] = drawn.get(i).scale(limits(drawn.get(i)), frame.top(i), frame.bottom(i));
            left = Math.max(left, drawn.get(i).labelWidth(y[i]) + 10);
        }
        boolean names = frame.names() > 0 && hasNames();
        double room = RIGHT;
        for (ChartPanel panel : drawn) {
            room = names ? Math.max(room, panel.nameWidth(limits(panel), frame)) : room;
        }
        double right = frame.width() - room;
        ChartScale x = xScale(left, right);
        double bottom = frame.bottom(y.length - 1);
        StringBuilder svg = new StringBuilder();
        svg.append(Svg.open(frame.width(), frame.height(y.length), frame.kind(), HtmlText.text(label)));
        svg.append("<g class=\"axis\">");
        for (int i = 0; i < y.length; i++) {
            drawn.get(i).drawAxis(svg, y[i], left, right);
            Svg.line(svg, "base", left, frame.bottom(i), right, frame.bottom(i));
            if (!drawn.get(i).title().isEmpty()) {
                Svg.text(svg, 0, frame.top(i) - 12, "start", drawn.get(i).title());
            }
        }
        xAxis(svg, x, bottom);
        svg.append("</g>");
        for (int i = 0; i < y.length; i++) {
            drawn.get(i).draw(svg, x, y[i], limits(drawn.get(i)));
            if (names) {
                drawn.get(i).drawNames(svg, x, y[i], limits(drawn.get(i)), frame);
            }
        }
        if (tooltips) {
            new ChartHover(x, HtmlText.text(xLabel), new ChartCurve.Limits(logX, false, range)).draw(svg,
                    drawn.stream().flatMap(panel -> panel.curves().stream()).toList(), frame.top(0), bottom);
        }
        marks(svg, frame, drawn, x);
        return svg.append("</svg>\n").toString();
    }

    private void marks(StringBuilder svg, ChartFrame frame, List<ChartPanel> drawn, ChartScale x) {
        for (ChartMark mark : marks) {
            int panel = Math.min(mark.panel(), drawn.size() - 1);
            if (x.holds(mark.x())) {
                double at = x.place(mark.x());
                double titleEnd = TextWidth.of(drawn.get(panel).title()) * ChartFrame.FONT + 12;
                mark.draw(svg, at, frame.top(0), frame.bottom(drawn.size() - 1));
                mark.drawLabel(svg, at, frame.top(panel) - 12, titleEnd, frame.width() - 2.0);
            }
        }
    }

    /** A single curve needs no name, since the title has it. */
    private boolean hasNames() {
        return panels.size() > 1
                || panel().curves().stream().filter(ChartCurve::hasName).count() > 1;
    }

    private ChartScale xScale(double left, double right) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        if (range != null) {
            min = range[0];
            max = range[1];
        } else {
            for (ChartPanel panel : panels) {
                for (ChartCurve curve : panel.curves()) {
                    for (int i : curve.shown(limits(panel))) {
                        min = Math.min(min, curve.x()[i]);
                        max = Math.max(max, curve.x()[i]);
                    }
                }
            }
        }
        return logX ? ChartScale.log(min, max, left, right) : ChartScale.tight(min, max, left, right);
    }

    /** The numbers of the horizontal axis, without those that would touch the one before. */
    private void xAxis(StringBuilder svg, ChartScale x, double bottom) {
        double free = Double.NEGATIVE_INFINITY;
        for (ChartScale.Tick tick : x.ticks(X_TICKS)) {
            double at = x.place(tick.value());
            double half = TextWidth.of(tick.label()) * ChartFrame.FONT / 2;
            Svg.line(svg, "tick", at, bottom, at, bottom + 5);
            if (at - half >= free && (range == null || (tick.value() >= range[0] && tick.value() <= range[1]))) {
                Svg.text(svg, at, bottom + 19, "middle", tick.label());
                free = at + half + 4;
            }
        }
        Svg.text(svg, (x.start() + x.end()) / 2, bottom + 36, "middle",
                HtmlText.text(xLabel) + (logX ? ", log scale" : ""));
    }
}
