package io.github.logalign.report;

import static io.github.logalign.tensorboard.EventBytes.event;
import static io.github.logalign.tensorboard.EventBytes.file;
import static io.github.logalign.tensorboard.EventBytes.scalar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.OnnxBytes.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files as metrics, one by one and by folders. */
class EventMetricsTest {

    private static final String NAME = "events.out.tfevents.";

    @TempDir
    Path folder;

    private Path write(String name, Message... events) throws IOException {
        return Files.write(folder.resolve(name), file(events));
    }

    private static void requireRefused(Path path, String what) {
        String message = String.valueOf(assertThrows(LogalignException.class, () -> Metrics.read(path)).getMessage());
        assertTrue(message.contains(path + ": ") && message.contains(what) && !message.contains("\n"), message);
    }

    @Test
    void scalarsAreMetrics() throws IOException {
        Path path = write("renamed.log", scalar(100, "train/loss", 2.5f), scalar(100, "eval/loss", 2.75f),
                scalar(200, "train/loss", 2f), scalar(200, "eval/loss", Float.POSITIVE_INFINITY),
                scalar(300, "eval/loss", Float.NaN), scalar(-1, "train/loss", 1),
                scalar(200, "train/train_runtime", 30), scalar(200, "global_step", 200),
                event(0, new Message().text(1, "weights").message(5, new Message())));
        Metrics metrics = Metrics.read(path);
        assertEquals(List.of("train/loss", "eval/loss", "generalisation gap"), metrics.names());
        assertEquals(Map.of(100L, 2.5, 200L, 2.0), metrics.curve("train/loss"));
        assertEquals(Map.of(100L, 0.25), metrics.curve("generalisation gap"));
        String where = path + ": ";
        assertEquals(List.of(
                where + "1 infinite value of \"eval/loss\" was treated as missing",
                where + "1 scalar has a negative step and was skipped",
                where + "\"weights\": skipped, since they are no scalars",
                where + "\"train/train_runtime\": skipped, values of the whole run"), metrics.notes());
    }

    @Test
    void theFilesOfAFolderAreMergedInTheOrderOfTheirNames() throws IOException {
        write(NAME + "2", scalar(200, "loss", 2), scalar(300, "loss", 3));
        write(NAME + "1", scalar(100, "loss", 1), scalar(200, "loss", 1));
        write(NAME + "3.profile-empty");
        Files.createDirectory(folder.resolve(NAME + "folder"));
        Files.writeString(folder.resolve("hparams.yaml"), "{}");
        Metrics metrics = Metrics.read(folder);
        assertEquals(Map.of(100L, 1.0, 200L, 2.0, 300L, 3.0), metrics.curve("loss"));
        assertEquals(List.of(), metrics.notes());
        assertEquals(Map.of(100L, 1.0, 200L, 1.0),
                Metrics.read(folder, folder.resolve(NAME + "2")).curve("loss"), "without a file of our own");
        assertEquals(Map.of(100L, 1.0, 200L, 2.0, 300L, 3.0),
                Metrics.read(folder, folder.resolve("missing")).curve("loss"));
    }

    /** As the Hugging Face Trainer lays them out, and Keras, which gives training and validation the same tags. */
    @Test
    void filesBelowAFolderAreFound() throws IOException {
        for (String below : List.of("runs/Nov28_host", "runs/Nov29_host", "logs/train", "logs/validation", "a/b/c/d")) {
            Files.createDirectories(folder.resolve(below));
        }
        write("runs/Nov28_host/" + NAME + "1", scalar(100, "train/loss", 5));
        write("runs/Nov29_host/" + NAME + "1", scalar(200, "train/loss", 4), scalar(200, "eval/loss", 6));
        write("logs/train/" + NAME + "1", scalar(1, "epoch_loss", 3));
        write("logs/validation/" + NAME + "1", scalar(1, "epoch_loss", 2));
        write("a/b/c/d/" + NAME + "1", scalar(1, "too deep", 2));
        Metrics metrics = Metrics.read(folder);
        assertEquals(Map.of(100L, 5.0, 200L, 4.0), metrics.curve("train/loss"), "two parts of one curve");
        assertEquals(Map.of(200L, 6.0), metrics.curve("eval/loss"));
        assertEquals(Map.of(1L, 3.0), metrics.curve("logs/train/epoch_loss"));
        assertEquals(Map.of(1L, 2.0), metrics.curve("logs/validation/epoch_loss"));
        assertFalse(metrics.names().contains("too deep") || metrics.names().contains("epoch_loss"),
                () -> String.valueOf(metrics.names()));
    }

    @Test
    void anIncompleteLastRecordIsSkippedWithANote() throws IOException {
        Path path = write(NAME + "1", scalar(100, "loss", 1), scalar(200, "loss", 2));
        byte[] bytes = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(bytes, bytes.length - 1));
        Metrics metrics = Metrics.read(path);
        assertEquals(Map.of(100L, 1.0), metrics.curve("loss"));
        assertEquals(List.of(path + ": the last record is incomplete and was skipped"), metrics.notes());
        Path empty = Files.write(folder.resolve(NAME + "2"), new byte[0]);
        metrics = Metrics.read(folder);
        assertEquals(Map.of(100L, 1.0), metrics.curve("loss"));
        assertEquals(List.of(path + ": the last record is incomplete and was skipped",
                empty + ": the last record is incomplete and was skipped"), metrics.notes());
    }

    @Test
    void whatHoldsNoScalarsIsRefused() throws IOException {
        requireRefused(folder, "the folder holds no event files, whose names contain \"tfevents\"");
        requireRefused(Files.write(folder.resolve(NAME + "1"), new byte[0]), "empty");
        requireRefused(write(NAME + "1"), "there are no scalars");
        requireRefused(write(NAME + "1", scalar(1, "nan", Float.NaN)), "there are no scalars");
        requireRefused(folder, "there are no scalars");
    }
}
