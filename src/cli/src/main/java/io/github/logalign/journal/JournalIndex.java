package io.github.logalign.journal;

import io.github.logalign.batch.BatchColumns;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.JsonLines;
import io.github.logalign.score.Outcome.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where the rows of a journal are: the last one of each layer. */
final class JournalIndex {

    private static final String PLANNED = "planned";
    private static final String LAYERS = "layers";
    private static final String RESUMED = "resumed";
    private static final String INPUTS = "inputs";

    /** A layer of a job. */
    record RowKey(int job, int part) implements Comparable<RowKey> {

        @Override
        public int compareTo(RowKey other) {
            return job != other.job ? Integer.compare(job, other.job) : Integer.compare(part, other.part);
        }
    }

    /** A line of the file. */
    record RowPlace(long offset, int length, Status status) {}

    private final Path path;
    private final TreeMap<RowKey, RowPlace> rows = new TreeMap<>();
    private final Map<Integer, Integer> layers = new HashMap<>();
    private final Map<String, String> inputs = new HashMap<>();
    private @Nullable JournalHeader header;
    private Set<String> lists = Set.of();
    private long end;

    private JournalIndex(Path path) {
        this.path = path;
    }

    /**
     * Reads a journal. What follows the last whole line is left out.
     *
     * @throws LogalignException if it is none, or damaged
     */
    static JournalIndex of(Path path, FileChannel channel) throws IOException {
        JournalIndex index = new JournalIndex(path);
        LineReader lines = new LineReader(channel);
        int number = 0;
        for (String line = lines.next(); line != null; line = lines.next()) {
            number++;
            try {
                index.add(line, lines.offset(), lines.length());
            } catch (IllegalArgumentException | ArithmeticException wrong) {
                throw new LogalignException(Names.printable(path) + ": line " + number + " is not a journal's: "
                        + wrong.getMessage()
                        + "; give the journal of a batch; if the line is damaged, delete it and continue with"
                        + " --resume", wrong);
            }
            index.end = lines.offset() + lines.length() + 1;
        }
        if (index.header == null) {
            throw new LogalignException(
                    Names.printable(path) + ": has no whole first line; start anew with --force");
        }
        return index;
    }

    private void add(String line, long offset, int length) {
        if (header == null) {
            JournalHeader first = JournalHeader.read(line);
            header = first;
            lists = JsonLines.listNames(first.columns());
        } else if (line.startsWith("{\"" + PLANNED + "\"")) {
            Map<String, String> texts = JsonLines.read(Set.of(), line).texts();
            layers.put(Integer.parseInt(JournalHeader.text(texts, PLANNED)),
                    Integer.parseInt(JournalHeader.text(texts, LAYERS)));
        } else if (line.startsWith("{\"" + RESUMED + "\"")) {
            inputs.putAll(JsonLines.read(Set.of(), line).group(INPUTS));
        } else {
            BatchRow row = BatchColumns.read(JsonLines.read(lists, line));
            add(row, new RowPlace(offset, length, row.score().outcome().status()));
        }
    }

    private void add(BatchRow row, RowPlace place) {
        if (row.part() != BatchRow.WHOLE_JOB) {
            // It had no layers before.
            rows.remove(new RowKey(row.job(), BatchRow.WHOLE_JOB));
        }
        rows.put(new RowKey(row.job(), row.part()), place);
    }

    /** The line that says how many layers a job has. */
    static byte[] planned(int job, int layers) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(PLANNED, job);
        fields.put(LAYERS, layers);
        return JsonLines.line(fields);
    }

    /** The line that says in which state inputs were when the batch was begun or continued. */
    static byte[] inputs(Map<String, String> stamps) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(RESUMED, Instant.now().toString());
        fields.put(INPUTS, stamps);
        return JsonLines.line(fields);
    }

    JournalHeader header() {
        return Objects.requireNonNull(header);
    }

    /** Where the last whole line ends. */
    long end() {
        return end;
    }

    /** The state of each input when it was last recorded. */
    Map<String, String> inputs() {
        return inputs;
    }

    /** The rows in the order of the manifest. */
    Collection<RowKey> keys() {
        return rows.keySet();
    }

    @Nullable
    RowPlace place(RowKey key) {
        return rows.get(key);
    }

    /** Whether a layer of a job has been scored, and has not failed. */
    boolean hasResult(int job) {
        return rows.subMap(new RowKey(job, 0), new RowKey(job + 1, BatchRow.WHOLE_JOB)).values().stream()
                .anyMatch(row -> row.status() != Status.FAILED);
    }

    /** How many layers a job has; null if that is not known. */
    @Nullable
    Integer layers(int job) {
        return layers.get(job);
    }

    /** Reads a row again. */
    BatchRow read(FileChannel channel, RowPlace place) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(place.length());
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, place.offset() + bytes.position()) < 0) {
                throw new LogalignException(Names.printable(path) + ": became shorter while it was read; try again");
            }
        }
        String line = new String(bytes.array(), StandardCharsets.UTF_8);
        return BatchColumns.read(JsonLines.read(lists, line));
    }
}
