package io.github.logalign.report;

/** A chart of the report as a picture of its own. */
public final class Picture {

    /** Curves of single runs are thin and pale, and lie on a ground of their own in light and dark mode. */
    private static final String STYLE = """
            .dashed { stroke-dasharray: none; stroke-width: .8; opacity: .3; }
            circle { display: none; }
            .ground { fill: var(--card); }
            """;

    private final SvgChart chart;

    /**
     * Creates an empty picture.
     *
     * @param label the text alternative
     * @param xLabel the label of the horizontal axis
     */
    public Picture(String label, String xLabel) {
        chart = new SvgChart(label, xLabel);
    }

    /** Adds a curve of one run among many. */
    public Picture pale(double[] x, double[] y, int colour) {
        chart.panel().curve(new ChartCurve("", x, y, "c" + colour, true));
        return this;
    }

    /** Adds a curve with a name. */
    public Picture curve(String name, double[] x, double[] y, int colour) {
        chart.curve(name, x, y, colour);
        return this;
    }

    /** Sets the range of the horizontal axis. */
    public Picture range(double from, double to) {
        chart.range(from, to);
        return this;
    }

    /** The picture as the text of a file. */
    public String svg() {
        String inline = chart.svg(ChartFrame.COLUMN);
        int inside = inline.indexOf('>') + 1;
        return inline.substring(0, inside).replace("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ")
                + "<style>" + HtmlStyle.CSS + STYLE + "</style><rect class=\"ground\" width=\"100%\" height=\"100%\"/>"
                + inline.substring(inside).replace("<g ", "\n<g ");
    }
}
