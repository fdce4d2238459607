package io.github.logalign.report;

import io.github.logalign.track.Correlation;
import io.github.logalign.track.Interpolation;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The correlations of LAR, and of the deviation from the baseline, with the metrics. */
final class HtmlCorrelations {

    private static final int FEWEST = 3;

    private HtmlCorrelations() {}

    /** A table with a row for each quantity, layer and metric; empty if there is nothing to compare. */
    static String table(Series series, List<String> layers, Metrics metrics, List<String> names) {
        StringBuilder rows = new StringBuilder();
        for (String layer : layers) {
            for (String name : names) {
                NavigableMap<Long, Double> curve = metrics.curve(name);
                row(rows, "LAR", layer, name, pairs(series.layer(layer), SeriesRow::usableLar, curve));
                row(rows, "deviation", layer, name, pairs(series.layer(layer), SeriesRow::deviation, curve));
            }
        }
        if (rows.isEmpty()) {
            return "";
        }
        return "<details><summary>Correlation with LAR over steps</summary>\n<p class=\"soft\">Pearson: linear; Spearman: by"
                + " rank. Metrics are interpolated between their steps. The steps of one run are not independent: a high"
                + " correlation is descriptive and proves nothing.</p>\n"
                + HtmlSorting.head(Set.of("layer", "quantity", "metric"), "layer", "quantity", "metric", "steps",
                        "Pearson", "Spearman")
                + rows + "</tbody></table></div>\n</details>\n";
    }

    private static double[][] pairs(
            List<SeriesRow> rows, Function<SeriesRow, @Nullable Double> value, NavigableMap<Long, Double> curve) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (SeriesRow row : rows) {
            Double of = value.apply(row);
            Optional<Double> metric = Interpolation.at(curve, row.step());
            if (of != null && metric.isPresent()) {
                x.add(of);
                y.add(metric.get());
            }
        }
        return new double[][]{
            x.stream().mapToDouble(v -> v).toArray(), y.stream().mapToDouble(v -> v).toArray()
        };
    }

    private static void row(StringBuilder rows, String quantity, String layer, String metric, double[][] pairs) {
        if (pairs[0].length < FEWEST) {
            return;
        }
        rows.append("<tr><td>").append(HtmlText.name(layer)).append("</td><td>").append(quantity).append("</td><td>")
                .append(HtmlText.name(metric)).append("</td><td>").append(pairs[0].length).append("</td><td>")
                .append(shown(Correlation.pearson(pairs[0], pairs[1]))).append("</td><td>")
                .append(shown(Correlation.spearman(pairs[0], pairs[1]))).append("</td></tr>\n");
    }

    private static String shown(OptionalDouble correlation) {
        return HtmlText.number("%.3f", correlation.isPresent() ? (Double) correlation.getAsDouble() : null);
    }
}
