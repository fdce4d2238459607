package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SeriesEvents;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command with TensorBoard's event files, as it writes and reads them. */
class TensorBoardIT {

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenForTensorBoardIsReadAsMetrics() throws IOException {
        Path run = folder.resolve("run");
        TrackIT.checkpoint(run, 100, 1);
        Path board = folder.resolve("new").resolve("board");
        Path series = folder.resolve("series.json");
        String[] track = {"track", run.toString(), "--baseline", run.toString(), "--no-alarms", "--out",
            series.toString(), "--tensorboard", board.toString(), "--metrics", board.toString(), "--quiet"};
        assertTrue(new Command().run(track).err().getFirst().contains("holds no event files"));
        String[] without = Arrays.copyOf(track, 9);
        TrackIT.ok(new Command().run(without));
        Path events = board.resolve(SeriesEvents.FILE);
        byte[] first = Files.readAllBytes(events);
        assertEquals(List.of("lar/head", "k/head", "deviation/head"), Metrics.read(events).names());
        TrackIT.checkpoint(run, 200, 4);
        TrackIT.ok(new Command().run(without));
        Metrics metrics = Metrics.read(board);
        for (SeriesRow row : SeriesFile.read(series).layer("head")) {
            double lar = row.score().scored().orElseThrow().lar();
            assertEquals((double) (float) lar, metrics.curve("lar/head").get(row.step()));
        }
        byte[] second = Files.readAllBytes(events);
        assertEquals(2, metrics.curve("k/head").size());
        assertTrue(Arrays.equals(first, Arrays.copyOf(second, first.length)), "the file was continued");
        Path report = folder.resolve("report.html");
        TrackIT.ok(
                new Command().run("track", run.toString(), "--metrics", board.toString(), "--report", report.toString(),
                        "--quiet"));
        assertTrue(Files.readString(report).contains("lar/head"));
        try (Stream<Path> files = Files.list(board)) {
            assertEquals(List.of(events), files.toList());
        }
        Files.write(board.resolve("events.out.tfevents.2"), Arrays.copyOf(second, second.length - 1));
        Result again = TrackIT.ok(new Command().run(Arrays.copyOf(track, track.length - 1)));
        assertTrue(again.err().stream().anyMatch(line -> line.endsWith(
                "tfevents.2: the last record is incomplete and was skipped")), again.err()::toString);

        Files.writeString(events, "of another program");
        Result refused = new Command().run(without);
        assertEquals(2, refused.code());
        assertTrue(refused.err().getFirst().contains("was not written by this command"), refused.err().getFirst());
    }
}
