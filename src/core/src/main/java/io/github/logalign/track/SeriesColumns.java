package io.github.logalign.track;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;

import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The schema of a row of a series: the step, the columns of a scored layer, what was derived, and of which files it is. */
public final class SeriesColumns {

    /** The training step. */
    public static final Column<SeriesRow, Long> STEP = integer("step", "training step", SeriesRow::step);

    /** The baseline. */
    public static final Column<SeriesRow, Double> BASELINE = real(
            "baseline", "LAR of the run compared with at the same step (interpolated between steps)",
            SeriesRow::baseline)
            .shownAs("baseline", "%.6f");

    /** The deviation. */
    public static final Column<SeriesRow, Double> DEVIATION = real(
            "deviation", "baseline minus LAR: it grows with the generalisation gap", SeriesRow::deviation)
            .shownAs("deviation", "%+.6f");

    private static final DifferenceColumns<SeriesRow> HOW_SURE = DifferenceColumns.of(
            "deviation", "deviation", SeriesRow::deviationError);

    /** The slope. */
    public static final Column<SeriesRow, Double> SLOPE = real(
            "slope", "least-squares slope of LAR over the last " + Slope.DEFAULT_WINDOW + " checkpoints (--window)",
            SeriesRow::slope)
            .withUnit("per 1,000 steps")
            .shownAs("slope/1000", "%+.5f");

    private static final Column<SeriesRow, String> WEIGHTS_STAMP = text(
            "weightsStamp", "state of the weights' file: bytes, time of the last change, hash of header and end",
            stamp(stamp -> stamp.weights().toString()));

    private static final Column<SeriesRow, String> ACTIVATIONS_STAMP = text(
            "activationsStamp", "the same of the activations' file", stamp(stamp -> stamp.activations().toString()));

    private static final Column<SeriesRow, String> LAYOUT = text(
            "layoutOptions", "options that say how to read the files",
            stamp(stamp -> stamp.layout().isEmpty() ? null : stamp.layout()));

    private static final Column<SeriesRow, String> CONFIG_STAMP = text(
            "configStamp", "state of the config.json beside the weights", stamp(CheckpointStamp::config));

    /** All columns, in the order of files. */
    public static final List<Column<SeriesRow, ?>> ALL = all();

    private SeriesColumns() {}

    private static Function<SeriesRow, @Nullable String> stamp(Function<CheckpointStamp, @Nullable String> part) {
        return row -> row.stamp() == null ? null : part.apply(row.stamp());
    }

    private static List<Column<SeriesRow, ?>> all() {
        List<Column<SeriesRow, ?>> all = new ArrayList<>();
        all.add(STEP);
        for (Column<LayerScore, ?> column : LayerColumns.ALL) {
            all.add(column.within(SeriesRow::score));
        }
        all.addAll(List.of(BASELINE, DEVIATION));
        all.addAll(HOW_SURE.all());
        all.addAll(List.of(SLOPE, WEIGHTS_STAMP, ACTIVATIONS_STAMP, LAYOUT, CONFIG_STAMP));
        return List.copyOf(all);
    }

    /**
     * Makes a row of what a file holds.
     *
     * @param cells the values by the columns' names; others are ignored, and columns that an earlier file lacks are no values
     * @return the row
     * @throws IllegalArgumentException if a value is missing or is not what it should be, naming the column
     * @throws ArithmeticException if the rank is too large
     */
    public static SeriesRow read(Cells cells) {
        Long step = STEP.in(cells);
        if (step == null || step < 0 || LayerColumns.STATUS.in(cells) == null) {
            throw new IllegalArgumentException("every row needs a step from 0 on and a status");
        }
        Double deviation = DEVIATION.in(cells);
        return new SeriesRow(step, LayerColumns.read(cells), BASELINE.in(cells), deviation,
                HOW_SURE.in(cells, deviation), SLOPE.in(cells), readStamp(cells));
    }

    private static @Nullable CheckpointStamp readStamp(Cells cells) {
        String weights = WEIGHTS_STAMP.in(cells);
        String activations = ACTIVATIONS_STAMP.in(cells);
        return weights == null || activations == null
                ? null
                : new CheckpointStamp(
                        FileStamp.parse(weights),
                        FileStamp.parse(activations),
                        Objects.requireNonNullElse(LAYOUT.in(cells), ""),
                        CONFIG_STAMP.in(cells));
    }
}
