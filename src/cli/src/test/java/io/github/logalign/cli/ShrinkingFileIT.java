package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A file that becomes shorter while the command reads it fails the rows that are lost, but neither other rows nor the
 * JVM.
 */
class ShrinkingFileIT {

    private static final int LAYERS = 60;

    /** The layers in the part of the file that remains. */
    private static final int KEPT = 5;

    private static final int ROWS = 512;
    private static final int TOKENS = 300;
    private static final int COLUMNS = 640;
    private static final long PAUSE_MILLIS = 5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"weights, svd", "activations, svd", "weights, gram", "activations, gram"})
    void onlyTheLostRowsFail(String shrinking, String method) throws Exception {
        Needs.proc();
        Path weights = folder.resolve("weights");
        Path activations = folder.resolve("activations");
        HugeFiles.layers(weights, names(".weight"), ROWS, COLUMNS);
        HugeFiles.layers(activations, names(""), TOKENS, COLUMNS);
        Path file = folder.resolve(shrinking);
        Path work = Files.createDirectory(folder.resolve("work"));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new Command().in(work).start(
                out, err, "score", "--weights", weights.toString(), "--activations", activations.toString(), "--method",
                method, "--threads", "1", "--format", "json");
        try {
            // At this point the last of so many layers cannot have been read yet.
            while (process.isAlive() && !hasMapped(process.pid(), activations)) {
                Thread.sleep(PAUSE_MILLIS);
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / LAYERS * (KEPT + 1));
            }
            assertEquals(1, process.waitFor(), () -> read(err));
        } finally {
            process.destroyForcibly();
        }
        List<Map<String, Object>> rows = Json.layers(read(out));
        assertEquals(LAYERS, rows.size());
        for (int index = 0; index < LAYERS; index++) {
            Map<String, Object> row = rows.get(index);
            if (index < KEPT) {
                assertEquals("ok", row.get("status"), row::toString);
            } else if (!"ok".equals(row.get("status"))) {
                String reason = String.valueOf(row.get("reason"));
                assertEquals("failed", row.get("status"), reason);
                assertTrue(reason.contains("became shorter while it was read"), reason);
                assertTrue(reason.contains(file.toString()), reason);
            }
        }
        assertEquals("failed", rows.getLast().get("status"));
        assertFalse((read(out) + read(err)).contains("unexpected"), () -> read(err));
        try (Stream<Path> left = Files.list(work)) {
            assertEquals(List.of(), left.toList(), "no log of a JVM crash");
        }
    }

    private static List<String> names(String suffix) {
        return IntStream.range(0, LAYERS).mapToObj(index -> "layer." + (100 + index) + suffix).toList();
    }

    private static boolean hasMapped(long pid, Path file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/maps")).contains(file.toString());
        } catch (IOException gone) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }
}
