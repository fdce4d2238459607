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

    /** Half the width of the interval of a difference. */
    static <R> TableColumn<R> ofError(Function<R, @Nullable LarDifference> of) {
        return new TableColumn<>("+-", row -> {
            LarDifference difference = of.apply(row);
            return difference == null || difference.interval() == null
                    ? NONE
                    : String.format(Locale.ROOT, "%.6f", difference.interval().halfWidth());
        });
    }

    static <R> Table table(List<TableColumn<R>> columns, List<R> rows) {
        Table table = new Table(columns.stream().map(TableColumn::heading).toArray(String[]::new));
        for (R row : rows) {
            table.add(columns.stream().map(column -> column.cell().apply(row)).toList());
        }
        return table;
    }
}
