package io.github.logalign.report;

import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Outcome.Scored;
import io.github.logalign.tensorboard.EventScalars;
import io.github.logalign.tensorboard.EventWriter;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A series as an event file, which TensorBoard shows: LAR, the effective dimension k, and the deviation from the baseline of
 * each layer. The same series gives the same bytes.
 *
 * <p>Thread safety: only static methods.
 */
public final class SeriesEvents {

    /** The name of the file, always the same, so that a folder never has two of them. */
    public static final String FILE = "events.out." + EventScalars.IN_NAMES + ".0000000000.logalign";

    private static final String WRITER = "logalign";

    private static final String LAR = "lar/";
    private static final String EFFECTIVE_DIMENSION = "k/";
    private static final String DEVIATION = "deviation/";

    private static final double NANOSECOND = 1e-9;

    private SeriesEvents() {}

    /**
     * Tells whether an event file is of this kind.
     *
     * @param path any file
     * @return true if it says that it is
     */
    public static boolean isOwn(Path path) {
        try {
            return EventScalars.areIn(path) && EventScalars.writer(path).equals(WRITER);
        } catch (LogalignException damaged) {
            return false;
        }
    }

    /**
     * Writes a series. A file to which rows are only added is continued, since a TensorBoard that runs does not notice a file
     * in place of another. Otherwise, the file is replaced atomically.
     *
     * @param path the file; its folder must exist
     * @param series the rows
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path path, Series series) {
        byte[] bytes = bytes(series);
        try {
            if (Files.isRegularFile(path) && Files.isWritable(path) && begins(path, bytes)) {
                append(path, bytes, (int) Files.size(path));
                return;
            }
        } catch (IOException failed) {
            throw Origin.of(path).problem("it cannot be written (" + Reasons.of(failed) + ")",
                    "check the disk's space and the file's permissions", failed);
        }
        AtomicFile.write(path, out -> out.write(bytes));
    }

    private static boolean begins(Path path, byte[] bytes) throws IOException {
        long size = Files.size(path);
        return size > 0 && size <= bytes.length
                && Arrays.equals(Files.readAllBytes(path), Arrays.copyOf(bytes, (int) size));
    }

    private static void append(Path path, byte[] bytes, int start) throws IOException {
        if (start == bytes.length) {
            return;
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes, start, bytes.length - start);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.APPEND)) {
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    private static byte[] bytes(Series series) {
        CheckpointStamp first = series.rows().isEmpty() ? null : series.rows().getFirst().stamp();
        EventWriter events = new EventWriter(seconds(first), WRITER);
        for (SeriesRow row : series.rows()) {
            Map<String, Float> values = values(row);
            if (!values.isEmpty()) {
                events.add(seconds(row.stamp()), row.step(), values);
            }
        }
        return events.toBytes();
    }

    private static Map<String, Float> values(SeriesRow row) {
        Map<String, Float> values = new LinkedHashMap<>();
        Scored scored = row.score().scored().orElse(null);
        if (scored != null) {
            put(values, LAR + row.layer(), scored.lar());
            put(values, EFFECTIVE_DIMENSION + row.layer(), scored.effectiveDimension());
        }
        if (row.deviation() != null) {
            put(values, DEVIATION + row.layer(), row.deviation());
        }
        return values;
    }

    private static void put(Map<String, Float> values, String tag, double value) {
        float single = (float) value;
        if (Float.isFinite(single)) {
            values.put(tag, single);
        }
    }

    /** When the weights were written. It is no part of what was measured, so it need not be known. */
    private static double seconds(@Nullable CheckpointStamp stamp) {
        if (stamp == null) {
            return 0;
        }
        Instant modified = stamp.weights().modified();
        return modified.getEpochSecond() + modified.getNano() * NANOSECOND;
    }
}
