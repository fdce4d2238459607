package io.github.logalign.report;

import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerInfo.Shape;
import io.github.logalign.score.LayerScore;
import java.util.List;

/** Rows as a table for people: some of their columns, the size of the weight in one. */
public final class TableReport {

    /** Behind what is of a weight that is stored input x output. */
    private static final String TRANSPOSED = " T";

    private static final String WARNED = " (!)";

    private static final TableColumn<LayerScore> SIZE = new TableColumn<>("m x n", TableReport::size);

    private static final TableColumn<LayerScore> STATUS = TableColumn.of(LayerColumns.STATUS, TableReport::warned);

    private static final List<TableColumn<LayerScore>> SCORES = List.of(
            TableColumn.of(LayerColumns.LAYER),
            SIZE,
            TableColumn.of(LayerColumns.TOKENS),
            TableColumn.of(LayerColumns.LAR),
            TableColumn.of(LayerColumns.EFFECTIVE_DIMENSION),
            TableColumn.of(LayerColumns.OVERLAP),
            TableColumn.of(LayerColumns.NUMERICAL_RANK),
            TableColumn.of(LayerColumns.NULL_SPACE_ENERGY),
            TableColumn.of(LayerColumns.METHOD),
            STATUS);

    private static final List<TableColumn<LayerScore>> SPECTRA = List.of(
            TableColumn.of(LayerColumns.LAYER),
            SIZE,
            TableColumn.of(LayerColumns.NUMERICAL_RANK),
            TableColumn.of(LayerColumns.STABLE_RANK),
            TableColumn.of(LayerColumns.P_EFFECTIVE_RANK),
            TableColumn.of(LayerColumns.P_PARTICIPATION),
            TableColumn.of(LayerColumns.P_LARGEST),
            TableColumn.of(LayerColumns.METHOD),
            STATUS);

    private TableReport() {}

    /**
     * Scores.
     *
     * @param rows what was computed
     * @param width of the terminal in characters
     * @return the table
     */
    public static String scores(List<LayerScore> rows, int width) {
        return TableColumn.table(SCORES, rows).format(width);
    }

    /**
     * Weight spectra.
     *
     * @param rows what was computed
     * @param width of the terminal in characters
     * @return the table
     */
    public static String spectra(List<LayerScore> rows, int width) {
        return TableColumn.table(SPECTRA, rows).format(width);
    }

    private static String size(LayerScore row) {
        Shape shape = row.info().shape();
        return shape == null ? TableColumn.NONE : shape.rows() + " x " + shape.columns() + transposed(row);
    }

    static String transposed(LayerScore row) {
        return row.info().isTransposed() ? TRANSPOSED : "";
    }

    static String warned(LayerScore row) {
        return row.warnings().isEmpty() ? "" : WARNED;
    }
}
