package io.github.logalign.journal;

import io.github.logalign.batch.BatchRow;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.journal.JournalIndex.RowKey;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The rows of one journal, or of those of all shards, in the order of the manifest. Rows are read when they are asked for.
 *
 * <p>Thread safety: none.
 */
public final class JournalRows implements Iterable<BatchRow>, AutoCloseable {

    private record Source(FileChannel channel, JournalIndex index) {}

    private final List<Source> sources = new ArrayList<>();
    private final Map<RowKey, Source> rows = new TreeMap<>();

    /**
     * Opens journals.
     *
     * @param paths at least one
     * @throws LogalignException if one is no journal, or they are not of one batch
     */
    public JournalRows(List<Path> paths) {
        try {
            for (Path path : paths) {
                add(path);
            }
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private void add(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new LogalignException(Names.printable(path) + ": is not a regular file; give a journal");
        }
        try {
            FileChannel channel = FileChannel.open(path);
            Source source;
            try {
                source = new Source(channel, JournalIndex.of(path, channel));
            } catch (RuntimeException | Error | IOException failed) {
                channel.close();
                throw failed;
            }
            sources.add(source);
            JournalHeader first = header();
            JournalHeader header = source.index().header();
            List<String> differences = new ArrayList<>(first.optionDifferences(header));
            if (!first.manifest().equals(header.manifest())) {
                differences.addFirst("the manifests differ");
            }
            if (!differences.isEmpty()) {
                throw new LogalignException(Names.printable(path) + ": is of another batch than the first journal: "
                        + String.join("; ", differences) + "; join shards of one batch");
            }
            for (RowKey key : source.index().keys()) {
                if (rows.putIfAbsent(key, source) != null) {
                    throw new LogalignException(Names.printable(path) + ": has a row of job " + key.job()
                            + " that another journal has too; join each shard once");
                }
            }
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(path) + ": cannot be read (" + Reasons.of(failed) + "); check the path", failed);
        }
    }

    private JournalHeader header() {
        return sources.getFirst().index().header();
    }

    /**
     * How many rows there are.
     *
     * @return one for each layer
     */
    public int size() {
        return rows.size();
    }

    /**
     * How many jobs have no row.
     *
     * @return 0 if the batch is whole but for layers in progress
     */
    public int missingJobs() {
        return header().jobs() - (int) rows.keySet().stream().mapToInt(RowKey::job).distinct().count();
    }

    /**
     * The files that the batches read.
     *
     * @return their paths
     */
    public Set<String> inputs() {
        return sources.stream().flatMap(source -> source.index().inputs().keySet().stream())
                .collect(Collectors.toSet());
    }

    /**
     * The schema of the rows.
     *
     * @return the columns, with those of the labels
     */
    public List<Column<BatchRow, ?>> columns() {
        return header().columns();
    }

    @Override
    public Iterator<BatchRow> iterator() {
        Iterator<Map.Entry<RowKey, Source>> entries = rows.entrySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public BatchRow next() {
                Map.Entry<RowKey, Source> entry = entries.next();
                Source source = entry.getValue();
                try {
                    return source.index().read(
                            source.channel(), Objects.requireNonNull(source.index().place(entry.getKey())));
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
        };
    }

    @Override
    public void close() {
        for (Source source : sources) {
            try {
                source.channel().close();
            } catch (IOException unneeded) {
                // It was only read.
            }
        }
    }
}
