package io.github.logalign.batch;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.text;

import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import java.util.ArrayList;
import java.util.List;

/** The schema of a row of a batch: the job, its labels, and the columns of a scored layer. */
public final class BatchColumns {

    private static final String LABELS = "labels";

    private static final Column<BatchRow, Long> JOB = integer(
            "job", "line of the manifest, from 1", row -> (long) row.job());

    private static final Column<BatchRow, Long> PART = integer(
            "part", "layer of the job, from 0; -1 if none could be found", row -> (long) row.part());

    private BatchColumns() {}

    /**
     * All columns, in the order of files.
     *
     * @param labels the names of the labels
     * @return the columns
     */
    public static List<Column<BatchRow, ?>> of(List<String> labels) {
        List<Column<BatchRow, ?>> all = new ArrayList<>(List.of(JOB, PART));
        for (String label : labels) {
            all.add(text(LABELS + "." + label, "label of the manifest", row -> row.labels().get(label)));
        }
        for (Column<LayerScore, ?> column : LayerColumns.ALL) {
            all.add(column.within(BatchRow::score));
        }
        return List.copyOf(all);
    }

    /**
     * Makes a row of what a file holds.
     *
     * @param cells the values by the columns' names; others are ignored
     * @return the row
     * @throws IllegalArgumentException if a value is missing or is not what it should be, naming the column
     * @throws ArithmeticException if a number is too large
     */
    public static BatchRow read(Cells cells) {
        return new BatchRow(Math.toIntExact(JOB.in(cells, "every row")), Math.toIntExact(PART.in(cells, "every row")),
                cells.group(LABELS), LayerColumns.read(cells));
    }
}
