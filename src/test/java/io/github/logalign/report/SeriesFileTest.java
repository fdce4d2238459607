package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.LogalignException;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The series files: what is written is read again, to the last digit. */
class SeriesFileTest {

    @TempDir
    Path folder;

    private static Series series() {
        List<SeriesRow> rows = new ArrayList<>();
        for (long step = 0; step < 5000; step += 100) {
            rows.add(TestSeries.row(step, "=cmd|' /C calc'!A0", 0.7 - step * 5e-5 + 1e-17 * step));
            rows.add(TestSeries.row(step, "layer,\"quoted\"\nand broken", 0.6));
            rows.add(SeriesRow.of(step, TestSeries.score("broken", null, Status.FAILED)));
        }
        rows.add(SeriesRow.of(7000, TestSeries.score("never", null, Status.UNDEFINED)));
        Series plain = Series.of(rows);
        return plain.withBaseline(Baseline.of(plain)).withSlopes(16);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"series.json", "series.csv"})
    void whatIsWrittenIsReadAgain(String name) {
        Series series = series();
        Path file = folder.resolve(name);
        SeriesFile.write(file, Environment.current(), 2, series, AlarmRules.all(16).alarms(series));
        Series read = SeriesFile.read(file);
        assertEquals(series.rows(), read.rows());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"series.json", "series.csv"})
    void aFileThatIsCutIsRefusedInOneLine(String name) throws IOException {
        Path file = folder.resolve(name);
        SeriesFile.write(file, Environment.current(), 2, series(), List.of());
        String whole = Files.readString(file);
        Files.writeString(file, whole.substring(0, whole.length() / 2));
        String message = Objects.requireNonNull(
                assertThrows(LogalignException.class, () -> SeriesFile.read(file)).getMessage());
        assertTrue(message.contains(name) && !message.contains("\n"), message);
    }

    @Test
    void formulasAreDefusedInTables() throws IOException {
        Path file = folder.resolve("series.csv");
        SeriesFile.write(file, Environment.current(), 2, series(), List.of());
        assertTrue(Files.readAllLines(file).stream().noneMatch(line -> line.contains(",=") || line.startsWith("=")));
    }
}
