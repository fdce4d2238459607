package io.github.logalign.spark;

import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.batch.BatchScorer;
import io.github.logalign.batch.BatchSink;
import io.github.logalign.matrix.LogalignException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a task's jobs. Some neighbouring jobs at a time are scored when their rows are asked for: as many as their copies
 * of remote files leave room for the other tasks.
 */
final class ScoredRows implements Iterator<BatchRow> {

    private static final int MOST_JOBS = 1000;

    /** The part of the room that several jobs may take; a single one may take all of it. */
    private static final double SHARE = 0.25;

    private final Iterator<Row> jobs;
    private final BatchScorer scorer;
    private final LocalCopies copies;
    private final TaskContext task;
    private final RemoteFiles files = new RemoteFiles(Executor.hadoop());
    private final Queue<BatchRow> rows = new ArrayDeque<>();
    private @Nullable Found next;

    /** A job whose files are known. */
    private record Found(BatchJob job, LocalJob local, RemoteNames names) {}

    ScoredRows(Iterator<Row> jobs, BatchScorer scorer, LocalCopies copies, TaskContext task) {
        this.jobs = jobs;
        this.scorer = scorer;
        this.copies = copies;
        this.task = task;
    }

    @Override
    public boolean hasNext() {
        try {
            while (rows.isEmpty() && (next != null || jobs.hasNext())) {
                scoreSome();
            }
            return !rows.isEmpty();
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new TaskKilledException("interrupted");
        }
    }

    @Override
    public BatchRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return rows.remove();
    }

    private void scoreSome() throws InterruptedException {
        List<Found> group = new ArrayList<>();
        Set<String> remote = new LinkedHashSet<>();
        long bytes = 0;
        while (group.size() < MOST_JOBS && (next != null || jobs.hasNext())) {
            Found found = next == null ? find(JobTable.job(jobs.next())) : next;
            Set<String> more = new LinkedHashSet<>(found.local().remote());
            more.removeAll(remote);
            long needed = bytes + files.bytes(more);
            // A job that needs no more files joins the others, unless these have no room themselves.
            double share = needed == bytes ? 1 : SHARE;
            if (!group.isEmpty() && needed > share * copies.bound()) {
                next = found;
                break;
            }
            next = null;
            group.add(found);
            remote.addAll(more);
            bytes = needed;
        }
        score(group, remote);
    }

    private Found find(BatchJob job) throws InterruptedException {
        RemoteNames names = new RemoteNames();
        return new Found(job, LocalJob.of(job, copies, files, names), names);
    }

    private void score(List<Found> group, Set<String> remote) throws InterruptedException {
        Rows scored = new Rows(task, new ArrayList<>());
        try (LocalCopies.Lease _ = copies.hold(remote, files)) {
            scorer.score(group.stream().map(found -> found.local().job()).toList(), scored);
        } catch (LogalignException noRoom) {
            group.forEach(found -> rows.add(BatchRow.failed(found.job(), String.valueOf(noRoom.getMessage()))));
            return;
        }
        scored.all().sort(Comparator.comparingInt(BatchRow::job).thenComparingInt(BatchRow::part));
        Map<Integer, RemoteNames> names = new HashMap<>();
        group.forEach(
                found -> names.computeIfAbsent(found.job().number(), _ -> new RemoteNames()).addAll(found.names()));
        scored.all().forEach(row -> rows.add(Objects.requireNonNull(names.get(row.job())).restore(row)));
    }

    /** Collects rows until the task is cancelled. */
    private record Rows(TaskContext task, List<BatchRow> all) implements BatchSink {

        @Override
        public boolean isDone(int job, int part) {
            return false;
        }

        @Override
        public void accept(BatchRow row) {
            check();
            synchronized (all) {
                all.add(row);
            }
        }

        @Override
        public void planned(int job, int layers, int wanted) {
            check();
        }

        private void check() {
            if (task.isInterrupted()) {
                throw new TaskKilledException("cancelled");
            }
        }
    }
}
