package io.github.logalign.report;

import io.github.logalign.score.LayerColumns;
import io.github.logalign.track.LarDifference;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The table of a report. A long series is thinned to the rows of every second, third, ... checkpoint. */
final class HtmlNumbers {

    private static final int MAX_TABLE_ROWS = 500;

    private static final Comparator<SeriesRow> ORDER = Comparator.comparingLong(SeriesRow::step)
            .thenComparing(SeriesRow::layer, NaturalOrder.INSTANCE);

    private HtmlNumbers() {}

    /**
     * Adds the section.
     *
     * @param page the page to append to
     * @param rows all rows of the series
     */
    static void append(StringBuilder page, List<SeriesRow> rows) {
        Set<Long> steps = new TreeSet<>(rows.stream().map(SeriesRow::step).toList());
        int every = Math.max(1, (int) Math.ceil((double) rows.size() / MAX_TABLE_ROWS));
        List<SeriesRow> shown = rows;
        if (every > 1) {
            int byStep = Math.min(every, steps.size());
            Set<Long> kept = new TreeSet<>();
            int i = 0;
            for (Long step : steps) {
                if (i++ % byStep == 0) {
                    kept.add(step);
                }
            }
            shown = rows.stream().filter(row -> kept.contains(row.step())).limit(2L * MAX_TABLE_ROWS).toList();
        }
        shown = shown.stream().sorted(ORDER).toList();
        page.append("<h2>Numbers</h2>\n<details><summary>").append(HtmlText.count(shown.size(), "row"))
                .append(", the layers at each step</summary>\n");
        if (shown.size() < rows.size()) {
            page.append("<p class=\"soft\">").append(HtmlText.step(shown.size())).append(" of ")
                    .append(HtmlText.step(rows.size())).append(" rows, those of every ").append(every)
                    .append("th checkpoint; the series file holds all.</p>\n");
        }
        page.append(HtmlSorting.head(Set.of("layer", "status"), "layer", "step", "LAR", "k", "baseline", "deviation",
                "slope / 1000", "rank", "eff. rank p", "eff. rank q", "status"));
        for (SeriesRow row : shown) {
            appendRow(page, row);
        }
        page.append("</tbody></table></div>\n</details>\n");
    }

    private static String error(@Nullable LarDifference of) {
        return of == null || of.interval() == null ? "" : " ± " + HtmlText.number("%.6f", of.interval().halfWidth());
    }

    private static void appendRow(StringBuilder page, SeriesRow row) {
        List<String> cells = new ArrayList<>();
        Collections.addAll(
                cells,
                HtmlText.name(row.layer()),
                HtmlText.step(row.step()),
                HtmlText.number("%.6f", LayerColumns.LAR.get(row.score())),
                HtmlText.number("%.2f", LayerColumns.EFFECTIVE_DIMENSION.get(row.score())),
                HtmlText.number("%.6f", row.baseline()),
                HtmlText.number("%.6f", row.deviation()) + error(row.deviationError()),
                HtmlText.number("%.5f", row.slope()),
                Objects.requireNonNullElse(LayerColumns.NUMERICAL_RANK.shown(row.score()), "–"),
                HtmlText.number("%.2f", LayerColumns.P_EFFECTIVE_RANK.get(row.score())),
                HtmlText.number("%.2f", LayerColumns.Q_EFFECTIVE_RANK.get(row.score())),
                row.score().outcome().status().word());
        page.append("<tr><td title=\"").append(HtmlText.name(row.layer())).append("\">")
                .append(String.join("</td><td>", cells)).append("</td></tr>\n");
    }
}
