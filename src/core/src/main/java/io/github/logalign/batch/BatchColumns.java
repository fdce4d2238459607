package io.github.logalign.batch;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.reals;
import static io.github.logalign.score.Column.text;

import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Spectra;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The schema of a row of a batch: the job, its labels, and the columns of a scored layer. */
public final class BatchColumns {

    private static final String LABELS = "labels";

    private static final Column<BatchRow, Long> JOB = integer(
            "job", "line of the manifest, from 1", row -> (long) row.job());

    private static final Column<BatchRow, Long> PART = integer(
            "part", "layer of the job, from 0; -1 if none could be found", row -> (long) row.part());

    private static final List<Column<BatchRow, ?>> SPECTRA = List.of(
            reals("p", "weight spectrum, descending", spectrum(Spectra::p)),
            reals("q", "activation spectrum, in the order of p", spectrum(Spectra::q)),
            reals("sigma", "singular values, descending", spectrum(Spectra::sigma)));

    private BatchColumns() {}

    private static Function<BatchRow, @Nullable List<Double>> spectrum(
            Function<Spectra, double @Nullable []> getter) {
        return row -> {
            Spectra spectra = row.spectra();
            double[] values = spectra == null ? null : getter.apply(spectra);
            return values == null ? null : Arrays.stream(values).boxed().toList();
        };
    }

    /**
     * The columns of rows without spectra, in the order of files.
     *
     * @param labels the names of the labels
     * @return the columns
     */
    public static List<Column<BatchRow, ?>> of(List<String> labels) {
        return of(labels, false);
    }

    /**
     * All columns, in the order of files.
     *
     * @param labels the names of the labels
     * @param spectra whether p, q and the singular values are among them, as lists
     * @return the columns
     */
    public static List<Column<BatchRow, ?>> of(List<String> labels, boolean spectra) {
        List<Column<BatchRow, ?>> all = new ArrayList<>(List.of(JOB, PART));
        for (String label : labels) {
            all.add(text(LABELS + "." + label, "label of the manifest", row -> row.labels().get(label)));
        }
        for (Column<LayerScore, ?> column : LayerColumns.ALL) {
            all.add(column.within(BatchRow::score));
        }
        if (spectra) {
            all.addAll(SPECTRA);
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
                cells.group(LABELS), LayerColumns.read(cells), spectra(cells));
    }

    private static @Nullable Spectra spectra(Cells cells) {
        double[] p = values(cells, 0);
        double[] sigma = values(cells, 2);
        return p == null || sigma == null ? null : new Spectra(p, values(cells, 1), sigma);
    }

    private static double @Nullable [] values(Cells cells, int column) {
        return SPECTRA.get(column).in(cells) instanceof List<?> values
                ? values.stream().mapToDouble(value -> (Double) value).toArray()
                : null;
    }
}
