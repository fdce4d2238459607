package io.github.logalign.report;

import io.github.logalign.score.Column;
import io.github.logalign.track.LarDifference;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table for people.
 *
 * @param heading what stands above it
 * @param cell the text of a row
 */
record TableColumn<R>(String heading, Function<R, String> cell) {

    /** A column of the schema, as that says. */
    static <R> TableColumn<R> of(Column<R, ?> column) {
        return new TableColumn<>(column.heading(), row -> Objects.requireNonNullElse(column.shown(row), Table.NONE));
    }

    /** A column of the schema with a remark behind its values. */
    static <R> TableColumn<R> of(Column<R, ?> column, Function<R, String> remark) {
        return new TableColumn<>(column.heading(),
                row -> Objects.requireNonNullElse(column.shown(row), Table.NONE) + remark.apply(row));
    }

    /** Half the width of the interval of a difference. */
    static <R> TableColumn<R> ofError(Function<R, @Nullable LarDifference> of) {
        return new TableColumn<>("+-", row -> {
            LarDifference difference = of.apply(row);
            return difference == null || difference.interval() == null
                    ? Table.NONE
                    : String.format(Locale.ROOT, "%.6f", difference.interval().halfWidth());
        });
    }

    /**
     * A table of rows.
     *
     * @param columns the first has the names
     * @param dispensable of these, what a narrow terminal lacks, the first first; it may list columns of other tables
     */
    static <R> Table table(List<TableColumn<R>> columns, List<R> rows, List<TableColumn<R>> dispensable) {
        Table table = new Table(columns.stream().map(TableColumn::heading).toArray(String[]::new))
                .dispensable(dispensable.stream().map(TableColumn::heading).toList());
        for (R row : rows) {
            table.add(columns.stream().map(column -> column.cell().apply(row)).toList());
        }
        return table;
    }
}
