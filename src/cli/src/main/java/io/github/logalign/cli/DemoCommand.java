package io.github.logalign.cli;

import io.github.logalign.internal.io.Folders;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.lab.Grokking;
import io.github.logalign.lab.GrokkingOptions;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.report.Metrics;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.RunFolder;
import io.github.logalign.track.Series;
import io.github.logalign.track.Slope;
import io.github.logalign.track.Tracker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** {@code demo}: trains a network that first memorises and later generalises, tracks it, and summarises the run. */
@Command(
        name = "demo",
        description = {
            "Train a small network that first memorises and later generalises, track its LAR, and summarise the run.",
            "Equivalent to lab grokking followed by track --report --out; takes about a minute of CPU time."
        })
final class DemoCommand implements Callable<Integer> {

    @Writes(OwnFile.ANY)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "A new or empty folder (default: a new folder among the temporary files).")
    private @Nullable Path out;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "4000", description = "Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--quiet", description = "No progress on standard error.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        GrokkingOptions recipe = GrokkingOptions.DEFAULT;
        GrokkingOptions options;
        try {
            options = new GrokkingOptions(
                    seed, recipe.weightDecay(), recipe.modulus(), steps, recipe.interval());
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, String.valueOf(wrong.getMessage()), wrong);
        }
        BlasCheck.require(new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE));
        Path folder = folder();
        Path run = folder.resolve("run");
        try (Progress progress = new Progress("training", steps, quiet)) {
            Grokking.train(options, run, (step, total) -> progress.step());
        }
        Metrics metrics = Metrics.read(run.resolve("metrics.csv"));
        Path report = folder.resolve("report.html");
        Path series = folder.resolve("series.json");
        TrackRun tracked = track(commandLine, run, metrics, series, report);
        PrintWriter to = commandLine.getOut();
        GrokkingStory.of(tracked.series(), metrics, tracked.samples()).forEach(to::println);
        to.println();
        to.println("checkpoints  " + Names.printable(run));
        to.println("series       " + Names.printable(series));
        to.println("report       " + Names.printable(report) + "  (open it in a browser)");
        to.println("They take " + megabytes(folder) + " MB; to delete them: rm -r " + Names.printable(folder));
        to.flush();
        return tracked.exitCode(false);
    }

    private static long megabytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
            }
        }
        return Math.ceilDiv(bytes, 1_000_000L);
    }

    private Path folder() {
        Path named = out;
        try {
            if (named == null) {
                return Files.createTempDirectory("logalign-demo-");
            }
            Folders.make(named);
            try (var entries = Files.list(named)) {
                if (entries.findAny().isPresent()) {
                    throw new LogalignException(Names.printable(named)
                            + ": the folder is not empty; name a new one, so that nothing is overwritten");
                }
            }
            return named;
        } catch (IOException failed) {
            throw new LogalignException(
                    (named == null ? "a temporary folder" : Names.printable(named)) + ": cannot be created or read ("
                            + Reasons.of(failed) + "); name a writable folder with --out",
                    failed);
        }
    }

    private TrackRun track(CommandLine commandLine, Path run, Metrics metrics, Path series, Path report)
            throws InterruptedException {
        int threads = Runtime.getRuntime().availableProcessors();
        CheckpointScorer scorer = new CheckpointScorer(ScoreMethod.SVD, Precision.DOUBLE, Selection.ALL, threads);
        TrackRun.Setup setup = new TrackRun.Setup(
                "modular addition", AlarmRules.of(Map.of(), Slope.DEFAULT_WINDOW), metrics, series, report, null,
                threads, Selection.ALL);
        TrackRun tracked = new TrackRun(
                setup, new Tracker(Series.EMPTY, List.of(), scorer, null, Slope.DEFAULT_WINDOW),
                new TrackLog(commandLine.getErr(), quiet));
        CheckpointPass.over(run, RunFolder.of(run, null), new RunScorer(scorer, tracked), quiet);
        tracked.write();
        return tracked;
    }
}
