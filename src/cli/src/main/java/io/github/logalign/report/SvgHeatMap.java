package io.github.logalign.report;

import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.List;
import java.util.Locale;

/** LAR of many layers over steps, as colours. Each row is a layer, and each column one or several steps. */
final class SvgHeatMap {

    /** The largest number of layers whose rows are high enough to read. */
    static final int MAX_LAYERS = 80;

    private static final int WIDTH = 960;
    private static final int LEFT = 190;
    private static final int TOP = 8;
    private static final int ROW = 15;
    private static final int MAX_COLUMNS = 120;
    private static final int COLOURS = 9;
    private static final int NAME_LENGTH = 28;

    private final Series series;
    private final List<String> layers;
    private final long first;
    private final long last;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    SvgHeatMap(Series series) {
        this.series = series;
        this.layers = series.layers().stream().limit(MAX_LAYERS).toList();
        List<SeriesRow> rows = series.rows();
        this.first = rows.isEmpty() ? 0 : rows.getFirst().step();
        this.last = rows.isEmpty() ? 0 : rows.getLast().step();
        for (String layer : layers) {
            for (SeriesRow row : series.layer(layer)) {
                Double lar = row.usableLar();
                if (lar != null) {
                    low = Math.min(low, lar);
                    high = Math.max(high, lar);
                }
            }
        }
    }

    double low() {
        return low;
    }

    double high() {
        return high;
    }

    String svg() {
        long distinct = series.rows().stream().mapToLong(SeriesRow::step).distinct().count();
        int columns = Math.clamp(distinct, 1, MAX_COLUMNS);
        int height = TOP + layers.size() * ROW + 24;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg class=\"wide\" viewBox=\"0 0 ").append(WIDTH).append(' ').append(height)
                .append("\" role=\"img\" aria-label=\"LAR of all layers over steps, as colours\">");
        for (int i = 0; i < layers.size(); i++) {
            int y = TOP + i * ROW;
            svg.append("<g class=\"axis\"><title>").append(HtmlText.name(layers.get(i))).append("</title><text x=\"")
                    .append(LEFT - 8).append("\" y=\"").append(y + ROW - 4).append("\" text-anchor=\"end\">")
                    .append(HtmlText.shortName(layers.get(i), NAME_LENGTH)).append("</text></g>");
            row(svg, layers.get(i), y, columns);
        }
        int bottom = TOP + layers.size() * ROW + 16;
        svg.append("<g class=\"axis\"><text x=\"").append(LEFT).append("\" y=\"").append(bottom).append("\">step ")
                .append(HtmlText.step(first)).append("</text><text text-anchor=\"end\" x=\"").append(WIDTH)
                .append("\" y=\"").append(bottom).append("\">step ").append(HtmlText.step(last))
                .append("</text></g></svg>\n");
        return svg.toString();
    }

    /** Draws the last value of each column. Adjacent columns of the same colour are drawn as one rectangle. */
    private void row(StringBuilder svg, String layer, int y, int columns) {
        int[] colours = new int[columns];
        java.util.Arrays.fill(colours, -1);
        for (SeriesRow row : series.layer(layer)) {
            Double lar = row.usableLar();
            if (lar != null) {
                double part = last == first ? 0 : (double) (row.step() - first) / (last - first);
                colours[(int) Math.min(columns - 1, Math.floor(part * columns))] = colour(lar);
            }
        }
        int start = 0;
        while (start < columns) {
            int end = start + 1;
            while (end < columns && colours[end] == colours[start]) {
                end++;
            }
            if (colours[start] >= 0) {
                double width = (double) (WIDTH - LEFT) / columns;
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect class=\"h%d\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                        colours[start],
                        LEFT + start * width,
                        y,
                        (end - start) * width,
                        ROW - 1));
            }
            start = end;
        }
    }

    private int colour(double lar) {
        return high > low ? (int) Math.min(COLOURS - 1, Math.floor((lar - low) / (high - low) * COLOURS)) : COLOURS / 2;
    }
}
