package io.github.logalign.report;

/**
 * A vertical line through all panels of a chart, at a step at which something happened.
 *
 * @param x the step
 * @param kind alarm, with a flag, or least
 * @param panel above which panel its label stands
 * @param label a few words beside the line; may be empty
 * @param text the whole story, as a tooltip; its names are escaped here
 */
record ChartMark(double x, Kind kind, int panel, String label, String text) {

    /** Each has its style class. */
    enum Kind {
        ALARM, LEAST
    }

    private static final double HALF_FLAG = 5;

    /** Draws the line and what is at its upper end. */
    void draw(StringBuilder svg, double at, double top, double bottom) {
        svg.append("<g class=\"").append(kind == Kind.ALARM ? "alarm" : "least").append("\"><title>")
                .append(HtmlText.text(text)).append("</title>");
        Svg.line(svg, "mark", at, top, at, bottom);
        if (kind == Kind.ALARM) {
            svg.append("<path class=\"flag\" d=\"M").append(Svg.number(at - HALF_FLAG)).append(' ')
                    .append(Svg.number(top - 9)).append("h10l-5 9z\"/>");
        }
        svg.append("</g>");
    }

    /** Draws the label beside the line, where there is room between two places. */
    void drawLabel(StringBuilder svg, double at, double y, double from, double to) {
        double width = TextWidth.of(label) * ChartFrame.FONT;
        double gap = kind == Kind.ALARM ? HALF_FLAG + 4 : 4;
        boolean right = Math.max(from, at + gap) + width <= to;
        double start = Math.max(from, right ? at + gap : at - gap - width);
        if (label.isEmpty() || start + width > to) {
            return;
        }
        svg.append("<g class=\"").append(kind == Kind.ALARM ? "alarm" : "least").append("\">");
        Svg.text(svg, right ? start : start + width, y, right ? "start" : "end", HtmlText.text(label));
        svg.append("</g>");
    }
}
