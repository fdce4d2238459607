package io.github.logalign.report;

import io.github.logalign.score.Column;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A column of a table for people.
 *
 * @param heading what stands above it
 * @param cell the text of a row
 */
record TableColumn<R>(String heading, Function<R, String> cell) {

    static final String NONE = "-";

    /** A column of the schema, as that says. */
    static <R> TableColumn<R> of(Column<R, ?> column) {
        return new TableColumn<>(column.heading(), row -> Objects.requireNonNullElse(column.shown(row), NONE));
    }

    /** A column of the schema with a remark behind its values. */
    static <R> TableColumn<R> of(Column<R, ?> column, Function<R, String> remark) {
        return new TableColumn<>(column.heading(),
                row -> Objects.requireNonNullElse(column.shown(row), NONE) + remark.apply(row));
    }

    static <R> Table table(List<TableColumn<R>> columns, List<R> rows) {
        Table table = new Table(columns.stream().map(TableColumn::heading).toArray(String[]::new));
        for (R row : rows) {
            table.add(columns.stream().map(column -> column.cell().apply(row)).toList());
        }
        return table;
    }
}
