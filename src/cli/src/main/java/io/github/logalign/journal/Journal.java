package io.github.logalign.journal;

import io.github.logalign.batch.BatchRow;
import io.github.logalign.batch.BatchSink;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.journal.JournalIndex.RowKey;
import io.github.logalign.journal.JournalIndex.RowPlace;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.JsonLines;
import io.github.logalign.score.Column;
import io.github.logalign.score.Outcome.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Appends rows as they are finished: JSON Lines, of which the first says what the batch is. A row is in the file when
 * {@link #accept} returns, so the end of the process, however sudden, costs the layers in progress only; what the system had not
 * yet written to the disk, a second's rows at most, is lost if the machine itself fails.
 *
 * <p>Thread safety: any number of threads.
 */
public final class Journal implements BatchSink, AutoCloseable {

    private static final long SYNC_NANOS = 1_000_000_000L;

    private final Path path;
    private final FileChannel channel;
    private final List<Column<BatchRow, ?>> columns;
    private final @Nullable JournalIndex earlier;
    private final boolean retries;
    private long end;
    private long synced = System.nanoTime();

    private Journal(Path path, FileChannel channel, JournalHeader header, @Nullable JournalIndex earlier,
            boolean retries) {
        this.path = path;
        this.channel = channel;
        this.columns = header.columns();
        this.earlier = earlier;
        this.retries = retries;
        this.end = earlier == null ? 0 : earlier.end();
    }

    /**
     * Begins a journal. A file of this name is overwritten.
     *
     * @param path where
     * @param header what the batch is
     * @param inputs the state of each input
     * @return closed by the caller
     * @throws LogalignException if it cannot be written, or another process writes it
     */
    public static Journal begin(Path path, JournalHeader header, Map<String, String> inputs) {
        return open(path, channel -> {
            Journal journal = new Journal(path, channel, header, null, false);
            channel.truncate(0);
            journal.append(header.line());
            journal.append(JournalIndex.inputs(inputs));
            channel.force(true);
            return journal;
        }, StandardOpenOption.CREATE);
    }

    /**
     * Continues a journal. A half line at its end is cut off.
     *
     * @param path where
     * @param header what the batch is now
     * @param inputs the state of each input now
     * @param retries whether failed layers are scored again
     * @param uses the numbers of the jobs that read an input
     * @return closed by the caller
     * @throws LogalignException if it is of another batch, or an input has changed since a layer was scored with it
     */
    public static Journal resume(
            Path path, JournalHeader header, Map<String, String> inputs, boolean retries,
            Map<String, List<Integer>> uses) {
        return open(path, channel -> {
            JournalIndex index = JournalIndex.of(path, channel);
            List<String> differences = index.header().differences(header);
            if (!differences.isEmpty()) {
                throw new LogalignException(Names.printable(path) + ": belongs to another batch: "
                        + String.join("; ", differences)
                        + "; continue with what it was begun with, or name another --out");
            }
            Map<String, String> changed = changed(path, index, inputs, uses);
            Journal journal = new Journal(path, channel, header, index, retries);
            channel.truncate(index.end());
            if (!changed.isEmpty()) {
                journal.append(JournalIndex.inputs(changed));
            }
            return journal;
        });
    }

    /** The inputs whose state differs, none of which a finished row may be of. */
    private static Map<String, String> changed(
            Path path, JournalIndex index, Map<String, String> inputs, Map<String, List<Integer>> uses) {
        Map<String, String> changed = new TreeMap<>();
        inputs.forEach((input, stamp) -> {
            if (stamp.equals(index.inputs().get(input))) {
                return;
            }
            for (int job : uses.getOrDefault(input, List.of())) {
                if (index.hasResult(job)) {
                    String what = index.inputs().containsKey(input) ? "has changed or is gone" : "is new";
                    throw new LogalignException(Names.printable(input) + ": " + what + " since job " + job
                            + " was scored (" + Names.printable(path)
                            + "); put the files as they were, or name another --out");
                }
            }
            changed.put(input, stamp);
        });
        return changed;
    }

    /** Makes a journal of its open file. */
    private interface Opening {
        Journal of(FileChannel channel) throws IOException;
    }

    /** Opens the file for this process alone, and closes it again if no journal comes of it. */
    private static Journal open(Path path, Opening opening, StandardOpenOption... more) {
        FileChannel channel = null;
        try {
            Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
            options.addAll(List.of(more));
            channel = FileChannel.open(path, options);
            if (channel.tryLock() == null) {
                throw inUse(path);
            }
            return opening.of(channel);
        } catch (OverlappingFileLockException here) {
            close(channel);
            throw inUse(path);
        } catch (IOException failed) {
            close(channel);
            throw problem(path, failed);
        } catch (RuntimeException | Error failed) {
            close(channel);
            throw failed;
        }
    }

    private static LogalignException inUse(Path path) {
        return new LogalignException(
                Names.printable(path) + ": another process is writing it; wait for it, or name another --out");
    }

    private static LogalignException problem(Path path, IOException failed) {
        boolean missing = !Files.exists(path);
        return new LogalignException(Names.printable(path) + ": "
                + (missing ? "the journal cannot be opened" : "the journal cannot be written") + " ("
                + Reasons.of(failed) + "); check the disk's space and the folder's permissions"
                + (missing ? "" : ", and continue with --resume"), failed);
    }

    @Override
    public boolean isDone(int job, int part) {
        JournalIndex index = earlier;
        if (index == null) {
            return false;
        }
        if (part != BatchRow.WHOLE_JOB) {
            return isDone(index, new RowKey(job, part));
        }
        if (isDone(index, new RowKey(job, BatchRow.WHOLE_JOB))) {
            return true;
        }
        Integer layers = index.layers(job);
        for (int each = 0; layers != null && each < layers; each++) {
            if (!isDone(index, new RowKey(job, each))) {
                return false;
            }
        }
        return layers != null;
    }

    private boolean isDone(JournalIndex index, RowKey key) {
        RowPlace place = index.place(key);
        return place != null && !(retries && place.status() == Status.FAILED);
    }

    @Override
    public void accept(BatchRow row) {
        append(JsonLines.line(columns, row));
    }

    @Override
    public void planned(int job, int layers, int wanted) {
        append(JournalIndex.planned(job, layers));
    }

    private synchronized void append(byte[] line) {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, end + bytes.position());
            }
            end += line.length;
            long now = System.nanoTime();
            if (now - synced > SYNC_NANOS) {
                channel.force(false);
                synced = now;
            }
        } catch (IOException failed) {
            try {
                channel.truncate(end);
            } catch (IOException halfLine) {
                // It is cut off when the journal is continued.
                failed.addSuppressed(halfLine);
            }
            throw problem(path, failed);
        }
    }

    /**
     * Writes to the disk what the system has not yet written.
     *
     * @throws LogalignException if that fails
     */
    public synchronized void sync() {
        try {
            channel.force(true);
        } catch (IOException failed) {
            throw problem(path, failed);
        }
    }

    private static void close(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException unneeded) {
            // Nothing is lost with it.
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
