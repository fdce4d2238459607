package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.LayerScore;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.FileStamp;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The series files: what is written is read again, to the last digit. */
class SeriesFileTest {

    /** Names that a cell of CSV could confuse with others. */
    private static final List<String> NAMES = List.of(
            "", "'=a", "=a", "''=a", "'a", "\t", "'\t", "\\u0009", "'\\u0009", "\\u0041", "A", "\\u005Cu0041", "\n",
            "\\n", " ",
            "\"", "a;b", "[\"a\"]", "\ud800", "-1", "'", "''");

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
        LayerScore ok = TestSeries.score("warned", 0.5, Status.OK);
        rows.add(SeriesRow.of(7100, ok.withWarning("one; still one").withWarning("two, \"quoted\"\n\u00e9\u202e")));
        rows.add(SeriesRow.of(7200, ok.withWarning("").withWarning("[\"a\"]").withWarning("=1+1")));
        FileStamp weights = new FileStamp(17, Instant.parse("2026-01-02T03:04:05.123456789Z"), "0123456789abcdef");
        FileStamp activations = new FileStamp(1L << 40, Instant.EPOCH, "00");
        rows.add(SeriesRow.of(7300, ok, new CheckpointStamp(weights, activations, "", null)));
        rows.add(SeriesRow.of(7400, ok,
                new CheckpointStamp(weights, activations, "--transposed *.c_proj, [x]", "00ff")));
        for (String name : NAMES) {
            rows.add(SeriesRow.of(7500, TestSeries.score(name, 0.5, Status.OK)));
        }
        Series plain = Series.of(rows);
        return plain.withBaseline(Baseline.of(plain)).withSlopes(16);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"series.json", "series.csv"})
    void whatIsWrittenIsReadAgain(String name) {
        Series series = series();
        Path file = folder.resolve(name);
        SeriesFile.write(file, Environment.current(), 2, series, AlarmRules.heuristics(16).evaluate(series));
        Series read = SeriesFile.read(file);
        for (int i = 0; i < series.rows().size(); i++) {
            assertEquals(series.rows().get(i), read.rows().get(i));
        }
        assertEquals(series.rows().size(), read.rows().size());
    }

    /** As the command wrote it before files' states, orientations and lists of warnings had columns of their own. */
    @Test
    void aSeriesOfAnEarlierVersionIsRead() throws IOException {
        Path csv = Files.writeString(folder.resolve("old.csv"),
                """
                        step,layer,weights,tensor,rows,cols,elementType,activations,activation,tokens,maskedTokens,method,driver,precision,overlap,lar,larErrorEstimate,effectiveDimension,numericalRank,nullSpaceEnergy,weightSpread.participationRatio,weightSpread.entropy,weightSpread.effectiveRank,weightSpread.largest,activationSpread.participationRatio,activationSpread.entropy,activationSpread.effectiveRank,activationSpread.largest,stableRank,status,reason,warnings,seconds,baseline,deviation,slope
                        100,head,run/step_100.weights.safetensors,head.weight,16,16,F32,run/step_100.activations.safetensors,head,400,0,svd,dgesdd,double,0.25,0.75,1.0E-15,4.0,16,0.0,4.0,1.5,4.5,0.5,8.0,2.0,7.5,0.25,1.15,ok,,first warning; second,0.125,0.8,0.05,
                        200,'=head,run/w.safetensors,,,,,,,,,,,,,,,,,,,,,,,,,,,failed,run/w.safetensors: is damaged; repair it,,0.0,,,
                        """
                        .replace("\n", "\r\n").replace("'=head", "\"'=head\""));
        Series series = SeriesFile.read(csv);
        assertEquals(2, series.rows().size());
        SeriesRow row = series.rows().getFirst();
        assertEquals(100, row.step());
        assertEquals(0.75, row.usableLar());
        assertEquals(List.of("first warning; second"), row.score().warnings(), "borders that are lost stay lost");
        assertNull(row.stamp());
        assertEquals("=head", series.rows().getLast().layer());
        Path json = Files.writeString(folder.resolve("old.json"),
                """
                        {"schema": 1, "environment": {"logalign": "0.1.0", "threads": 2}, "rows": [
                          {"step": 100, "layer": "head", "weights": "run/step_100.weights.safetensors", "tensor": "head.weight",
                           "rows": 16, "cols": 16, "elementType": "F32", "activations": "run/step_100.activations.safetensors",
                           "activation": "head", "tokens": 400, "maskedTokens": 0, "method": "svd", "driver": "dgesdd",
                           "precision": "double", "overlap": 0.25, "lar": 0.75, "larErrorEstimate": 1.0E-15,
                           "effectiveDimension": 4.0, "numericalRank": 16, "nullSpaceEnergy": 0.0,
                           "weightSpread": {"participationRatio": 4.0, "entropy": 1.5, "effectiveRank": 4.5, "largest": 0.5},
                           "activationSpread": {"participationRatio": 8.0, "entropy": 2.0, "effectiveRank": 7.5, "largest": 0.25},
                           "stableRank": 1.15, "status": "ok", "reason": null, "warnings": ["first warning", "second"],
                           "seconds": 0.125, "baseline": 0.8, "deviation": 0.05, "slope": null}],
                         "alarms": []}
                        """);
        SeriesRow ofJson = SeriesFile.read(json).rows().getFirst();
        assertEquals(row.score().outcome(), ofJson.score().outcome());
        assertEquals(List.of("first warning", "second"), ofJson.score().warnings());
        assertNull(ofJson.stamp());
    }

    @Test
    void onlyWhatNeedsItIsChangedInACell() {
        for (String plain : List.of("/run/w.safetensors", "17 a", "a=1", "<b", ":", "head", "x-1")) {
            assertEquals(plain, CsvCells.of(plain));
        }
        for (String formula : List.of("=1", "+1", "-1", "@a", "\t1")) {
            assertTrue(CsvCells.of(formula).startsWith("\"'"), formula);
        }
        assertEquals("-0.5", CsvCells.of(-0.5), "numbers are no formulas");
        assertEquals("", CsvCells.of(null));
        assertEquals("", CsvCells.of(List.of()));
        assertEquals("\"[\"\"a\"\",\"\"b; c\"\"]\"", CsvCells.of(List.of("a", "b; c")));
    }

    @Test
    void aDamagedStampIsRefusedInOneLine() throws IOException {
        Path file = folder.resolve("series.json");
        SeriesFile.write(file, Environment.current(), 2, series(), Alarms.NONE);
        Files.writeString(file, Files.readString(file).replace("17 2026-01-02T", "17 2026-13-02T"));
        String message = assertThrows(LogalignException.class, () -> SeriesFile.read(file)).getMessage();
        assertTrue(message.contains("is not the state of a file") && !message.contains("\n"), message);
    }

    @Test
    void seriesFromBeforeThereWereOrientationsAreRead() throws IOException {
        Path file = folder.resolve("series.json");
        SeriesFile.write(file, Environment.current(), 2, series(), Alarms.NONE);
        Files.writeString(
                file, Files.readString(file).lines().filter(line -> !line.contains("\"orientation"))
                        .collect(Collectors.joining("\n")));
        List<SeriesRow> rows = SeriesFile.read(file).rows();
        assertEquals(series().rows().size(), rows.size());
        assertTrue(rows.stream().allMatch(row -> row.score().info().storage() == null));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"series.json", "series.csv"})
    void aFileThatIsCutIsRefusedInOneLine(String name) throws IOException {
        Path file = folder.resolve(name);
        SeriesFile.write(file, Environment.current(), 2, series(), Alarms.NONE);
        String whole = Files.readString(file);
        Files.writeString(file, whole.substring(0, whole.length() / 2));
        String message = Objects.requireNonNull(
                assertThrows(LogalignException.class, () -> SeriesFile.read(file)).getMessage());
        assertTrue(message.contains(name) && !message.contains("\n"), message);
    }

    @Test
    void formulasAreDefusedInTables() throws IOException {
        Path file = folder.resolve("series.csv");
        SeriesFile.write(file, Environment.current(), 2, series(), Alarms.NONE);
        assertTrue(Files.readAllLines(file).stream().noneMatch(line -> line.contains(",=") || line.startsWith("=")));
    }
}
