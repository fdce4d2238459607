package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.tensorboard.EventBytes;
import io.github.logalign.tensorboard.EventScalars;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Series as event files: what is written is read again, and a file is continued or replaced. */
class SeriesEventsTest {

    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void nameFile() {
        file = folder.resolve(SeriesEvents.FILE);
    }

    private static SeriesRow row(long step, String layer, double lar) {
        FileStamp stamp = new FileStamp(17, Instant.ofEpochSecond(1_700_000_000 + step, 500_000_000), "00");
        return SeriesRow.of(step, TestSeries.score(layer, lar, Status.OK), new CheckpointStamp(stamp, stamp, "", null));
    }

    private static Series series(int steps) {
        List<SeriesRow> rows = new ArrayList<>();
        for (long step = 0; step < steps; step++) {
            rows.add(row(step * 100, "model.layers.0/mlp.up", 0.7 - 0.01 * step));
            rows.add(row(step * 100, "lm_head", 0.6));
        }
        return Series.of(rows);
    }

    private static Map<String, NavigableMap<Long, Double>> expected(Series series) {
        Map<String, NavigableMap<Long, Double>> curves = new LinkedHashMap<>();
        for (SeriesRow row : series.rows()) {
            row.score().scored().ifPresent(scored -> {
                put(curves, "lar/" + row.layer(), row.step(), scored.lar());
                put(curves, "k/" + row.layer(), row.step(), scored.effectiveDimension());
            });
            if (row.deviation() != null) {
                put(curves, "deviation/" + row.layer(), row.step(), row.deviation());
            }
        }
        return curves;
    }

    private static void put(Map<String, NavigableMap<Long, Double>> curves, String tag, long step, double value) {
        curves.computeIfAbsent(tag, first -> new TreeMap<>()).put(step, (double) (float) value);
    }

    private Map<String, NavigableMap<Long, Double>> read() {
        EventScalars scalars = new EventScalars();
        assertFalse(scalars.add(file));
        assertEquals(List.of(), scalars.others());
        assertEquals(Map.of(), scalars.infinite());
        return scalars.curves();
    }

    @Test
    void whatIsWrittenIsReadAgainAsFloats() {
        Series series = series(20);
        SeriesEvents.write(file, series);
        assertEquals(expected(series), read());
        Series compared = series.withBaseline(Baseline.of(series(10)));
        SeriesEvents.write(file, compared);
        assertEquals(expected(compared), read());
        assertTrue(read().containsKey("deviation/model.layers.0/mlp.up"));
    }

    @Test
    void whatIsNotFiniteIsLeftOut() {
        SeriesEvents.write(file, Series.of(List.of(
                row(0, "a", 0.5), row(100, "a", Double.NEGATIVE_INFINITY), TestSeries.row(200, "unstamped", 0.25),
                SeriesRow.of(0, TestSeries.score("failed", null, Status.FAILED)),
                SeriesRow.of(300, TestSeries.score(SeriesRow.EVERY_LAYER, null, Status.FAILED)),
                SeriesRow.of(0, TestSeries.score("undefined", null, Status.UNDEFINED)))));
        assertEquals(List.of("lar/a", "k/a", "lar/unstamped", "k/unstamped"), List.copyOf(read().keySet()));
        assertEquals(Map.of(0L, 0.5), read().get("lar/a"));
    }

    @Test
    void theSameSeriesGivesTheSameBytes() throws IOException {
        SeriesEvents.write(file, series(3));
        byte[] first = Files.readAllBytes(file);
        Files.delete(file);
        SeriesEvents.write(file, series(3));
        assertArrayEquals(first, Files.readAllBytes(file));
        SeriesEvents.write(file, series(3));
        assertArrayEquals(first, Files.readAllBytes(file));
    }

    /** A reader that has the file open sees what is added. */
    @Test
    void newStepsContinueTheFile() throws IOException {
        SeriesEvents.write(file, series(3));
        Path same = Files.createLink(folder.resolve("same"), file);
        byte[] before = Files.readAllBytes(file);
        SeriesEvents.write(file, series(5));
        assertEquals(expected(series(5)), read());
        byte[] after = Files.readAllBytes(file);
        assertArrayEquals(before, Arrays.copyOf(after, before.length));
        assertTrue(Files.isSameFile(file, same));
        Files.write(file, Arrays.copyOf(after, before.length + 5));
        SeriesEvents.write(file, series(5));
        assertArrayEquals(after, Files.readAllBytes(file), "an interrupted writing is completed");
        assertTrue(Files.isSameFile(file, same));
    }

    @Test
    void otherValuesReplaceTheFile() throws IOException {
        SeriesEvents.write(file, series(5));
        Path same = Files.createLink(folder.resolve("same"), file);
        for (Series other : List.of(series(3), Series.of(List.of(row(0, "other", 0.5))), Series.EMPTY)) {
            SeriesEvents.write(file, other);
            assertEquals(expected(other), read());
            assertFalse(Files.isSameFile(file, same));
        }
    }

    @Test
    void ownFilesAreRecognised() throws IOException {
        SeriesEvents.write(file, Series.EMPTY);
        assertTrue(SeriesEvents.isOwn(file));
        Files.write(file, EventBytes.file(EventBytes.scalar(1, "a", 1)));
        assertFalse(SeriesEvents.isOwn(file), "of another program");
        Files.writeString(file, "text");
        assertFalse(SeriesEvents.isOwn(file));
        Path nowhere = folder.resolve("nowhere").resolve(SeriesEvents.FILE);
        assertThrows(LogalignException.class, () -> SeriesEvents.write(nowhere, Series.EMPTY));
    }
}
