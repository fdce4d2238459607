package io.github.logalign.report;

import io.github.logalign.Spread;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.StoredOrientation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Rows as a table for people. */
public final class TableReport {

    private static final String NONE = "-";

    /** Behind the size of a weight that is stored input x output. */
    private static final String TRANSPOSED = " T";

    private TableReport() {}

    /**
     * Scores.
     *
     * @param rows what was computed
     * @param width of the terminal in characters
     * @return the table
     */
    public static String scores(List<LayerScore> rows, int width) {
        Table table = new Table("layer", "m x n", "tokens", "LAR", "k", "overlap", "rank", "null space", "method",
                "status");
        for (LayerScore row : rows) {
            table.add(List.of(
                    row.layer(),
                    size(row),
                    row.tokens() == null ? NONE : row.tokens().toString(),
                    number("%.6f", row.lar()),
                    number("%.2f", row.effectiveDimension()),
                    number("%.3e", row.overlap()),
                    row.numericalRank() == null ? NONE : row.numericalRank().toString(),
                    number("%.2e", row.nullSpaceEnergy()),
                    method(row),
                    status(row)));
        }
        return table.format(width);
    }

    /**
     * Weight spectra.
     *
     * @param rows what was computed
     * @param width of the terminal in characters
     * @return the table
     */
    public static String spectra(List<LayerScore> rows, int width) {
        Table table = new Table(
                "layer", "m x n", "rank", "stable rank", "effective rank", "participation", "largest p", "method",
                "status");
        for (LayerScore row : rows) {
            Spread spread = row.weightSpread();
            table.add(List.of(
                    row.layer(),
                    size(row),
                    row.numericalRank() == null ? NONE : row.numericalRank().toString(),
                    number("%.2f", row.stableRank()),
                    number("%.2f", spread == null ? null : spread.effectiveRank()),
                    number("%.2f", spread == null ? null : spread.participationRatio()),
                    number("%.4f", spread == null ? null : spread.largest()),
                    method(row),
                    status(row)));
        }
        return table.format(width);
    }

    private static String size(LayerScore row) {
        if (row.rows() == null) {
            return NONE;
        }
        String size = row.rows() + " x " + row.cols();
        return row.orientation() == StoredOrientation.INPUT_OUTPUT ? size + TRANSPOSED : size;
    }

    private static String method(LayerScore row) {
        return row.method() == null ? NONE : row.method().name().toLowerCase(Locale.ROOT);
    }

    private static String status(LayerScore row) {
        return row.status().name().toLowerCase(Locale.ROOT) + (row.warnings().isEmpty() ? "" : " (!)");
    }

    private static String number(String format, @Nullable Double value) {
        if (value == null) {
            return NONE;
        }
        return value.isInfinite() ? value.toString() : String.format(Locale.ROOT, format, value);
    }
}
