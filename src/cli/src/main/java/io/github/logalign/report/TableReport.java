package io.github.logalign.report;

import io.github.logalign.score.Column;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerInfo.Shape;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Rows as a table for people: some of their columns, the size of the weight in one. */
public final class TableReport {

    /** Behind what is of a weight that is stored input x output. */
    private static final String TRANSPOSED = " T";

    private static final String WARNED = " (!)";

    private static final TableColumn<LayerScore> SIZE = new TableColumn<>("m x n", TableReport::size);

    private static final TableColumn<LayerScore> STATUS = TableColumn.of(LayerColumns.STATUS, TableReport::warned);

    /** Half the width of LAR's interval. */
    private static final TableColumn<LayerScore> ERROR = new TableColumn<>("+-", TableReport::halfInterval);

    private static final List<TableColumn<LayerScore>> SCORES = List.of(
            TableColumn.of(LayerColumns.LAYER),
            SIZE,
            TableColumn.of(LayerColumns.TOKENS),
            TableColumn.of(LayerColumns.LAR),
            ERROR,
            TableColumn.of(LayerColumns.EFFECTIVE_DIMENSION),
            TableColumn.of(LayerColumns.OVERLAP),
            TableColumn.of(LayerColumns.NUMERICAL_RANK),
            TableColumn.of(LayerColumns.NULL_SPACE_ENERGY),
            TableColumn.of(LayerColumns.METHOD),
            STATUS);

    /**
     * What a narrow terminal lacks, the first first: what is the same in most rows or follows from others, such as the
     * overlap from k.
     */
    private static final List<TableColumn<LayerScore>> DISPENSABLE = Stream.of(
            Stream.of(LayerColumns.NULL_SPACE_ENERGY, LayerColumns.METHOD, LayerColumns.NUMERICAL_RANK,
                    LayerColumns.OVERLAP, LayerColumns.P_LARGEST, LayerColumns.P_PARTICIPATION,
                    LayerColumns.TOKENS, LayerColumns.STABLE_RANK).map(TableReport::schema),
            Stream.of(SIZE, ERROR, schema(LayerColumns.EFFECTIVE_DIMENSION)),
            LayerColumns.UPDATES.reversed().stream().map(TableReport::schema))
            .flatMap(columns -> columns)
            .toList();

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

    private static final List<TableColumn<LayerScore>> UPDATES = withUpdates();

    private TableReport() {}

    private static TableColumn<LayerScore> schema(Column<LayerScore, ?> column) {
        return TableColumn.of(column);
    }

    private static List<TableColumn<LayerScore>> withUpdates() {
        List<TableColumn<LayerScore>> columns = new ArrayList<>(List.of(
                TableColumn.of(LayerColumns.LAYER), SIZE, TableColumn.of(LayerColumns.TOKENS),
                TableColumn.of(LayerColumns.LAR)));
        LayerColumns.UPDATES.forEach(column -> columns.add(TableColumn.of(column)));
        columns.addAll(List.of(TableColumn.of(LayerColumns.METHOD), STATUS));
        return List.copyOf(columns);
    }

    /** Whether there are ratios of an update. */
    static boolean hasRatios(LayerScore row) {
        return LayerColumns.UPDATES.stream().anyMatch(column -> column.shown(row) != null);
    }

    private static String halfInterval(LayerScore row) {
        return row.scored().map(Outcome.Scored::errorBars).map(ErrorBars::lar)
                .map(lar -> String.format(Locale.ROOT, "%.1g", lar.halfWidth()))
                .orElse(Table.NONE);
    }

    /**
     * Scores, with half the width of LAR's interval.
     *
     * @param rows what was computed
     * @param width of the terminal in characters
     * @return the table
     */
    public static String scores(List<LayerScore> rows, int width) {
        List<TableColumn<LayerScore>> columns = rows.stream().anyMatch(TableReport::hasRatios) ? UPDATES : SCORES;
        return TableColumn.table(columns, rows, DISPENSABLE).format(width);
    }

    /**
     * Weight spectra.
     *
     * @param rows what was computed
     * @param width of the terminal in characters
     * @return the table
     */
    public static String spectra(List<LayerScore> rows, int width) {
        return TableColumn.table(SPECTRA, rows, DISPENSABLE).format(width);
    }

    private static String size(LayerScore row) {
        Shape shape = row.info().shape();
        return shape == null ? Table.NONE : shape.rows() + " x " + shape.columns() + transposed(row);
    }

    static String transposed(LayerScore row) {
        return row.info().isTransposed() ? TRANSPOSED : "";
    }

    static String warned(LayerScore row) {
        return row.warnings().isEmpty() ? "" : WARNED;
    }
}
