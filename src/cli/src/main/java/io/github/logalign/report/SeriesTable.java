package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.StoredOrientation;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A series as a table for people, the alarms below it. */
public final class SeriesTable {

    private static final String NONE = "-";

    private SeriesTable() {}

    /**
     * Makes the table.
     *
     * @param series the rows
     * @param alarms what fired
     * @param width of the terminal in characters
     * @return lines, each with its end
     */
    public static String format(Series series, List<Alarm> alarms, int width) {
        Table table = new Table("layer", "step", "LAR", "k", "baseline", "deviation", "slope/1000", "status");
        for (SeriesRow row : series.rows()) {
            LayerScore score = row.score();
            table.add(List.of(
                    row.layer(),
                    Long.toString(row.step()),
                    number("%.6f", score.lar()),
                    number("%.2f", score.effectiveDimension()),
                    number("%.6f", row.baseline()),
                    number("%+.6f", row.deviation()),
                    number("%+.5f", row.slope()),
                    status(score)));
        }
        StringBuilder text = new StringBuilder(table.format(width));
        for (Alarm alarm : alarms) {
            text.append(line(alarm)).append('\n');
        }
        return text.toString();
    }

    /**
     * An alarm in a line.
     *
     * @param alarm the alarm
     * @return one line without its end, harmless to a terminal
     */
    public static String line(Alarm alarm) {
        return "ALARM " + alarm.kind().label() + " at step " + alarm.step() + ", " + Names.printable(alarm.layer())
                + ": " + alarm.evidence();
    }

    private static String status(LayerScore score) {
        return score.status().name().toLowerCase(Locale.ROOT)
                + (score.orientation() == StoredOrientation.INPUT_OUTPUT ? " T" : "")
                + (score.warnings().isEmpty() ? "" : " (!)");
    }

    private static String number(String format, @Nullable Double value) {
        if (value == null) {
            return NONE;
        }
        return value.isInfinite() ? value.toString() : String.format(Locale.ROOT, format, value);
    }
}
