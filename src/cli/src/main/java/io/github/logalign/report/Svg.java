package io.github.logalign.report;

import java.util.Locale;

/** The elements of pictures. */
final class Svg {

    private Svg() {}

    static String open(double width, double height, String kind, String safeLabel) {
        return "<svg class=\"" + kind + "\" viewBox=\"0 0 " + number(width) + " " + number(height)
                + "\" role=\"img\" aria-label=\"" + safeLabel + "\">";
    }

    static void line(StringBuilder svg, String kind, double x1, double y1, double x2, double y2) {
        svg.append("<line class=\"").append(kind).append("\" x1=\"").append(number(x1)).append("\" y1=\"")
                .append(number(y1)).append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2))
                .append("\"/>");
    }

    static void text(StringBuilder svg, double x, double y, String anchor, String safeText) {
        svg.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" text-anchor=\"")
                .append(anchor).append("\">").append(safeText).append("</text>");
    }

    /** A coordinate with at most one decimal, which is a tenth of a pixel or so. */
    static String number(double place) {
        String text = String.format(Locale.ROOT, "%.1f", place);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
