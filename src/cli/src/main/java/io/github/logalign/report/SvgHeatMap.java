package io.github.logalign.report;

import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LAR of all layers over steps, as colours. Each row is a layer, the layers of a kind are below each other in the order of
 * their depth, and each column is one or several checkpoints. Its size is bounded.
 */
final class SvgHeatMap {

    /** The largest number of layers; a page with more rows would take long to show. */
    static final int MAX_LAYERS = 2000;

    private static final int MAX_CELLS = 9000;
    private static final int MAX_COLUMNS = 100;
    private static final int FEWEST_COLUMNS = 5;
    private static final int COLOURS = 9;
    private static final int HEADING = 22;
    private static final double TIP = 30;
    private static final double WIDEST_NAME_OF_WIDE = 22;
    private static final double WIDEST_NAME_OF_NARROW = 9;

    private final Series series;
    private final List<Row> rows = new ArrayList<>();
    private final long[] steps;
    private final int columns;
    private final int rowHeight;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    /** A layer, or the heading of a kind if it is empty. */
    private record Row(String layer, String label, String narrowLabel) {}

    SvgHeatMap(Series series) {
        this.series = series;
        List<String> layers = series.layers().stream().limit(MAX_LAYERS).toList();
        this.steps = series.rows().stream().mapToLong(SeriesRow::step).distinct().toArray();
        this.columns = Math.clamp(MAX_CELLS / Math.max(1, layers.size()), Math.clamp(steps.length, 1, FEWEST_COLUMNS),
                Math.clamp(steps.length, 1, MAX_COLUMNS));
        this.rowHeight = layers.size() <= 150 ? 16 : layers.size() <= 500 ? 8 : 4;
        for (String layer : layers) {
            for (SeriesRow row : series.layer(layer)) {
                Double lar = row.usableLar();
                if (lar != null) {
                    low = Math.min(low, lar);
                    high = Math.max(high, lar);
                }
            }
        }
        addRows(LayerKind.of(layers));
    }

    private void addRows(List<LayerKind> kinds) {
        List<LayerKind> families = kinds.stream().filter(LayerKind::isFamily).toList();
        List<String> patterns = families.stream().map(LayerKind::pattern).toList();
        Map<String, String> headings = LayerLabels.of(patterns, 60);
        Map<String, String> narrowHeadings = LayerLabels.of(patterns, 30);
        for (LayerKind kind : families) {
            rows.add(new Row("", headings.getOrDefault(kind.pattern(), ""),
                    narrowHeadings.getOrDefault(kind.pattern(), "")));
            kind.layers().forEach(layer -> rows.add(
                    new Row(layer, LayerKind.numbers(layer), LayerKind.numbers(layer))));
        }
        List<String> single = kinds.stream()
                .filter(kind -> !kind.isFamily())
                .flatMap(kind -> kind.layers().stream())
                .toList();
        if (!single.isEmpty()) {
            if (!families.isEmpty()) {
                rows.add(new Row("", "others", "others"));
            }
            Map<String, String> labels = LayerLabels.of(single, WIDEST_NAME_OF_WIDE);
            Map<String, String> narrow = LayerLabels.of(single, WIDEST_NAME_OF_NARROW);
            single.forEach(layer -> rows.add(
                    new Row(layer, labels.getOrDefault(layer, ""), narrow.getOrDefault(layer, ""))));
        }
    }

    /** Whether no layer has a value. */
    boolean isEmpty() {
        return low > high;
    }

    double low() {
        return low;
    }

    double high() {
        return high;
    }

    /** The picture for wide pages, and the same cells, narrower, for telephones. */
    String svg() {
        StringBuilder svg = new StringBuilder();
        double left = nameWidth(rows.stream().filter(row -> !row.layer.isEmpty()).map(Row::label).toList());
        double narrowLeft = nameWidth(rows.stream().filter(row -> !row.layer.isEmpty()).map(Row::narrowLabel).toList());
        ChartScale x = scale(left, ChartFrame.WIDE.width());
        open(svg, ChartFrame.WIDE, left, false);
        svg.append("<g id=\"cells\" shape-rendering=\"crispEdges\">");
        double y = 0;
        for (Row row : rows) {
            if (!row.layer.isEmpty()) {
                cells(svg, row.layer, y, x);
            }
            y += height(row);
        }
        svg.append("</g></svg>\n");
        open(svg, ChartFrame.NARROW, narrowLeft, true);
        double scale = (ChartFrame.NARROW.width() - narrowLeft) / (ChartFrame.WIDE.width() - left);
        svg.append("<use href=\"#cells\" transform=\"translate(").append(Svg.number(narrowLeft)).append(" 0) scale(")
                .append(String.format(Locale.ROOT, "%.5f", scale)).append(" 1) translate(")
                .append(Svg.number(-left)).append(" 0)\"/></svg>\n");
        return svg.toString();
    }

    private static double nameWidth(List<String> labels) {
        return 12 + ChartFrame.FONT * labels.stream().mapToDouble(TextWidth::of).max().orElse(0);
    }

    private ChartScale scale(double left, double right) {
        long first = steps.length == 0 ? 0 : steps[0];
        long last = steps.length == 0 ? 0 : steps[steps.length - 1];
        return ChartScale.tight((double) first, (double) last, left, right);
    }

    private int height(Row row) {
        return row.layer.isEmpty() ? HEADING : rowHeight;
    }

    /** Begins a picture, with the names of the rows and the steps. */
    private void open(StringBuilder svg, ChartFrame frame, double left, boolean narrow) {
        double bottom = rows.stream().mapToInt(this::height).sum();
        svg.append(Svg.open(frame.width(), bottom + ChartFrame.BELOW, frame.kind(),
                "LAR of all layers over steps, as colours"))
                .append("<g class=\"axis\">");
        double y = 0;
        double free = 0;
        for (Row row : rows) {
            String label = HtmlText.text(narrow ? row.narrowLabel : row.label);
            if (row.layer.isEmpty()) {
                svg.append("<g class=\"kind\">");
                Svg.text(svg, 0, y + HEADING - 6, "start", label);
                svg.append("</g>");
                free = y + HEADING;
            } else if (y + rowHeight / 2.0 - ChartFrame.LINE / 2.0 >= free - 1) {
                svg.append("<g><title>").append(HtmlText.name(row.layer)).append("</title>");
                Svg.text(svg, left - 8, y + rowHeight / 2.0 + 4, "end", label);
                svg.append("</g>");
                free = y + rowHeight / 2.0 + ChartFrame.LINE / 2.0;
            }
            y += height(row);
        }
        ticks(svg, scale(left, frame.width()), bottom);
        svg.append("</g>");
    }

    private void ticks(StringBuilder svg, ChartScale x, double bottom) {
        double free = x.start();
        for (ChartScale.Tick tick : steps.length < 2 ? List.<ChartScale.Tick>of() : x.ticks(5)) {
            double half = TextWidth.of(tick.label()) * ChartFrame.FONT / 2;
            double at = Math.clamp(x.place(tick.value()), x.start() + half, x.end() - half);
            if (at - half >= free) {
                Svg.text(svg, at, bottom + 16, "middle", tick.label());
                free = at + half + 6;
            }
        }
        Svg.text(svg, (x.start() + x.end()) / 2, bottom + 34, "middle", "training step");
    }

    /** A layer in a column. */
    private static final class Cell {
        private long from = Long.MAX_VALUE;
        private long to;
        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;
        private int colour = -1;

        void add(long step, double lar, int newColour) {
            from = Math.min(from, step);
            to = step;
            low = Math.min(low, lar);
            high = Math.max(high, lar);
            colour = newColour;
        }

        void add(Cell other) {
            from = Math.min(from, other.from);
            to = other.to;
            low = Math.min(low, other.low);
            high = Math.max(high, other.high);
        }
    }

    /** Draws the last value of each column. Adjacent columns of the same colour are drawn as one rectangle. */
    private void cells(StringBuilder svg, String layer, double y, ChartScale x) {
        Map<Integer, Cell> cells = new HashMap<>();
        for (SeriesRow row : series.layer(layer)) {
            Double lar = row.usableLar();
            if (lar != null) {
                int column = (int) ((long) Arrays.binarySearch(steps, row.step()) * columns / steps.length);
                cells.computeIfAbsent(column, first -> new Cell()).add(row.step(), lar, colour(lar));
            }
        }
        String name = HtmlText.text(LayerLabels.of(List.of(layer), TIP).getOrDefault(layer, ""));
        int start = 0;
        while (start < columns) {
            Cell cell = cells.get(start);
            int end = start + 1;
            while (cell != null && end < columns && sameColour(cell, cells.get(end))) {
                cell.add(cells.getOrDefault(end, cell));
                end++;
            }
            if (cell != null) {
                double from = edge(start, x);
                svg.append("<rect class=\"h").append(cell.colour).append("\" x=\"").append(Svg.number(from))
                        .append("\" y=\"").append(Svg.number(y)).append("\" width=\"")
                        .append(Svg.number(edge(end, x) - from)).append("\" height=\"")
                        .append(rowHeight > 4 ? rowHeight - 1 : rowHeight).append("\"><title>").append(name)
                        .append(tip(cell)).append("</title></rect>");
            }
            start = end;
        }
    }

    private static boolean sameColour(Cell cell, @Nullable Cell next) {
        return next != null && next.colour == cell.colour;
    }

    private static String tip(Cell cell) {
        String low = HtmlText.number("%.3f", cell.low);
        String high = HtmlText.number("%.3f", cell.high);
        return (cell.from == cell.to ? ", step " + cell.from : ", steps " + cell.from + " to " + cell.to) + ": "
                + (low.equals(high) ? low : low + " to " + high);
    }

    /** The left edge of a column: in the middle between its first checkpoint and the one before. */
    private double edge(int column, ChartScale x) {
        if (column == 0) {
            return x.start();
        }
        if (column == columns) {
            return x.end();
        }
        int first = (int) (((long) column * steps.length + columns - 1) / columns);
        return (x.place((double) steps[first - 1]) + x.place((double) steps[first])) / 2;
    }

    private int colour(double lar) {
        return high > low ? (int) Math.min(COLOURS - 1, Math.floor((lar - low) / (high - low) * COLOURS)) : COLOURS / 2;
    }
}
