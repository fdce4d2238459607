package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesColumns;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A series as a table for people, the alarms below it. */
public final class SeriesTable {

    private static final List<TableColumn<SeriesRow>> COLUMNS = List.of(
            ofScore(LayerColumns.LAYER),
            TableColumn.of(SeriesColumns.STEP),
            ofScore(LayerColumns.LAR),
            ofScore(LayerColumns.EFFECTIVE_DIMENSION),
            TableColumn.of(SeriesColumns.BASELINE),
            TableColumn.of(SeriesColumns.DEVIATION),
            TableColumn.of(SeriesColumns.SLOPE),
            TableColumn.of(LayerColumns.STATUS.within(SeriesRow::score),
                    row -> TableReport.transposed(row.score()) + TableReport.warned(row.score())));

    /** What a narrow terminal lacks, the first first: the baseline is the sum of LAR and the deviation. */
    private static final List<TableColumn<SeriesRow>> DISPENSABLE = Stream.of(
            Stream.<TableColumn<SeriesRow>>of(TableColumn.of(SeriesColumns.BASELINE),
                    TableColumn.of(SeriesColumns.SLOPE),
                    TableColumn.ofError(SeriesRow::deviationError),
                    ofScore(LayerColumns.EFFECTIVE_DIMENSION)),
            LayerColumns.UPDATES.reversed().stream().map(SeriesTable::ofScore),
            Stream.<TableColumn<SeriesRow>>of(TableColumn.of(SeriesColumns.DEVIATION)))
            .flatMap(columns -> columns)
            .toList();

    /** Where the next column after LAR stands. */
    private static final int AFTER_LAR = 3;

    private static final int AFTER_DEVIATION = 6;

    /** Before what is left of a sentence that is longer than a line. */
    private static final String INDENT = "    ";

    private SeriesTable() {}

    /** The columns, some only where a row has a value. */
    private static List<TableColumn<SeriesRow>> columns(List<SeriesRow> rows) {
        List<TableColumn<SeriesRow>> columns = new ArrayList<>(COLUMNS);
        if (rows.stream().anyMatch(row -> row.deviationError() != null)) {
            columns.add(AFTER_DEVIATION, TableColumn.ofError(SeriesRow::deviationError));
        }
        if (rows.stream().map(SeriesRow::score).anyMatch(TableReport::hasRatios)) {
            columns.addAll(AFTER_LAR, LayerColumns.UPDATES.stream().limit(3)
                    .<TableColumn<SeriesRow>>map(SeriesTable::ofScore)
                    .toList());
        }
        return columns;
    }

    private static TableColumn<SeriesRow> ofScore(Column<LayerScore, ?> column) {
        return TableColumn.of(column.within(SeriesRow::score));
    }

    /**
     * Makes the table.
     *
     * @param series the rows
     * @param alarms what fired, and what did not
     * @param width of the terminal in characters
     * @return lines, each with its end
     */
    public static String format(Series series, Alarms alarms, int width) {
        StringBuilder text = new StringBuilder(
                TableColumn.table(columns(series.rows()), series.rows(), DISPENSABLE).format(width));
        strongest(alarms).ifPresent(standing -> text.append(Wrapping.lines(line(standing), width, INDENT)));
        for (Alarm alarm : alarms.fired()) {
            text.append(Wrapping.lines(line(alarm), width, INDENT));
        }
        return text.toString();
    }

    /** The strongest evidence that made no alarm. */
    private static Optional<Standing> strongest(Alarms alarms) {
        return alarms.standings().stream()
                .filter(standing -> standing.eValue() < standing.neededEValue())
                .max(Comparator.comparingDouble(Standing::eValue));
    }

    private static String line(Standing standing) {
        return String.format(
                Locale.ROOT, "no alarm %s, %s: e-value at most %.1f where %.0f is needed", standing.kind().label(),
                Names.printable(standing.layer()), standing.eValue(), standing.neededEValue());
    }

    /**
     * An alarm in a line.
     *
     * @param alarm the alarm
     * @return one line without its end, harmless to a terminal
     */
    public static String line(Alarm alarm) {
        return "ALARM " + alarm.kind().label() + (alarm.kind().isHeuristic() ? " (heuristic)" : "") + " at step "
                + alarm.step() + ", " + Names.printable(alarm.layer())
                + ": " + alarm.evidence();
    }
}
