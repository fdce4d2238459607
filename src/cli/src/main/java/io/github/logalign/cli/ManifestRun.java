package io.github.logalign.cli;

import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.batch.BatchScorer;
import io.github.logalign.batch.BatchSink;
import io.github.logalign.batch.Manifest;
import io.github.logalign.internal.io.Names;
import io.github.logalign.journal.Journal;
import io.github.logalign.journal.JournalHeader;
import io.github.logalign.journal.JournalRows;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.score.SpectrumStore;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.track.FileStamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Scores the jobs of a manifest: to the journal as they are finished, and from there to the file that was asked for. */
final class ManifestRun {

    /** What is in flight has this long to end when the process is asked to. */
    private static final long PATIENCE_SECONDS = 9;

    private final CommandLine commandLine;
    private final ManifestOptions options;
    private final OutputOptions output;

    ManifestRun(CommandLine commandLine, ManifestOptions options, OutputOptions output) {
        this.commandLine = commandLine;
        this.options = options;
        this.output = output;
    }

    /**
     * Runs all jobs.
     *
     * @param manifestPath the manifest
     * @param out where to
     * @param reading how files are read
     * @param described what rows depend on, by the names of the options
     * @param store spectra that were computed before
     * @return the exit code
     */
    int run(Path manifestPath, Path out, ScoreOptions scoring, Selection selection, ReadOptions reading,
            int threads, Map<String, String> described, Optional<SpectrumStore> store) {
        RowsFile file = RowsFile.of(commandLine, out);
        ManifestOptions.Shard shard = options.shard(commandLine);
        long memory = options.memory(commandLine);
        Manifest manifest = Manifest.read(manifestPath);
        List<BatchJob> jobs = manifest.shard(shard.number(), shard.count());
        if (jobs.isEmpty()) {
            throw new LogalignException(Names.printable(manifestPath) + ": has " + manifest.jobs().size()
                    + " jobs, so that shard " + shard + " is empty; use fewer shards");
        }
        Map<String, List<Integer>> uses = uses(jobs);
        Path journalPath = out.resolveSibling(out.getFileName() + ".journal");
        Outputs outputs = Outputs.of(commandLine)
                .reads("the manifest's files", uses.keySet().stream()
                        .flatMap(path -> FileStamp.files(Path.of(path)).stream()).toList());
        checkJournal(journalPath);
        outputs.writes("the journal of --out", journalPath, options.resume ? OwnFile.ANY : OwnFile.JOURNAL).check();
        BlasCheck.require(scoring);
        JournalHeader header = new JournalHeader(
                manifest.fingerprint(), manifest.jobs().size(), manifest.labels(), shard.toString(), described);
        Map<String, String> stamps = stamps(uses.keySet().stream().toList());
        try (Journal journal = options.resume
                ? Journal.resume(journalPath, header, stamps, options.retryFailed, uses)
                : Journal.begin(journalPath, header, stamps)) {
            BatchScorer scorer = new BatchScorer(scoring, selection, reading, threads, memory);
            score(jobs, store.map(scorer::withStore).orElse(scorer), journal, journalPath);
        }
        return export(file, journalPath);
    }

    private void checkJournal(Path journal) {
        boolean exists = Files.exists(journal);
        if (options.resume && !exists) {
            throw new LogalignException(
                    Names.printable(journal) + ": there is no journal to continue; leave out --resume");
        }
        if (!options.resume && exists && !output.force.force) {
            throw new ParameterException(commandLine, Names.printable(journal) + " holds the rows of an earlier batch; "
                    + "continue it with --resume, or start anew with --force");
        }
    }

    /** The files that jobs read, with the numbers of these jobs. */
    private static Map<String, List<Integer>> uses(List<BatchJob> jobs) {
        Map<String, List<Integer>> uses = new LinkedHashMap<>();
        for (BatchJob job : jobs) {
            for (String path : job.inputs()) {
                uses.computeIfAbsent(path, _ -> new ArrayList<>()).add(job.number());
            }
        }
        return uses;
    }

    private static Map<String, String> stamps(List<String> paths) {
        Map<String, String> stamps = new LinkedHashMap<>();
        for (String path : paths) {
            FileStamp stamp = FileStamp.of(Path.of(path));
            stamps.put(path, stamp == null ? "none" : stamp.toString());
        }
        return stamps;
    }

    private void score(List<BatchJob> jobs, BatchScorer scorer, Journal journal, Path journalPath) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        try (Progress progress = new Progress("jobs", jobs.size(), output.quiet);
                StopHook hook = new StopHook(() -> {
                    caller.interrupt();
                    boolean inTime = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    commandLine.getErr().println("logalign: stopped"
                            + (inTime ? "" : "; what was in progress is lost") + ": " + Names.printable(journalPath)
                            + " holds what was finished; continue with --resume");
                    return null;
                })) {
            scorer.score(jobs, new Counted(journal, progress));
            journal.sync();
            hook.finish();
        } catch (InterruptedException interrupted) {
            journal.sync();
            Thread.currentThread().interrupt();
            throw new LogalignException(Names.printable(journalPath)
                    + ": interrupted; it holds what was finished: continue with --resume", interrupted);
        } finally {
            ended.countDown();
        }
    }

    private int export(RowsFile file, Path journalPath) {
        int code = 0;
        try (JournalRows rows = new JournalRows(List.of(journalPath))) {
            file.write(rows);
            for (BatchRow row : rows) {
                RowRunner.report(List.of(row.score()), output.quiet, commandLine.getErr());
                code = Math.max(code, RowRunner.exitCode(List.of(row.score())));
            }
        }
        return code;
    }

    /** Tells the progress when a job has all of its rows. */
    private record Counted(BatchSink sink, Progress progress, Map<Integer, Integer> open) implements BatchSink {

        Counted(BatchSink sink, Progress progress) {
            this(sink, progress, new ConcurrentHashMap<>());
        }

        @Override
        public boolean isDone(int job, int part) {
            boolean done = sink.isDone(job, part);
            if (done && part == BatchRow.WHOLE_JOB) {
                progress.step();
            }
            return done;
        }

        @Override
        public void planned(int job, int layers, int wanted) {
            sink.planned(job, layers, wanted);
            if (wanted == 0) {
                progress.step();
            } else {
                open.put(job, wanted);
            }
        }

        @Override
        public void accept(BatchRow row) {
            sink.accept(row);
            if (open.merge(row.job(), -1, Integer::sum) == 0) {
                open.remove(row.job());
                progress.step();
            }
        }
    }
}
