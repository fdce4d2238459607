package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.OpenFiles;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SeriesTable;
import io.github.logalign.score.Glob;
import io.github.logalign.score.NameMap;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.RunFolder;
import io.github.logalign.track.Series;
import io.github.logalign.track.Slope;
import io.github.logalign.track.Tracker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** {@code track}: LAR over the checkpoints of a run. */
@Command(
        name = "track",
        description = {
            "LAR over the checkpoints of a run: series, baseline, slope and alarms.",
            "Checkpoints are step_2000.weights.safetensors with step_2000.activations.safetensors, or folders such as"
                    + " checkpoint-2000 with model.safetensors and activations.safetensors.",
            "Exit code 3 if an alarm fired and --fail-on-alarm is given, 1 if a row is not ok."
        })
final class TrackCommand implements Callable<Integer> {

    /** More checkpoints than any run has. */
    private static final int MOST_WINDOW = 1_000_000;

    @Reads
    @Parameters(paramLabel = "RUN", description = "The folder of the run.")
    private Path run = Path.of("");

    @Reads
    @Option(
            names = "--baseline",
            paramLabel = "RUN|SERIES",
            description = "Another run to compare with: its folder, or the series that --out wrote of it.")
    private @Nullable Path baseline;

    @Option(names = "--layer", paramLabel = "GLOB", description = "Only these layers. May be given again."
            + " Rows of others that the series holds already stay in it.")
    private List<String> layers = new ArrayList<>();

    @Mixin
    private StorageOptions storage = new StorageOptions();

    @Option(
            names = "--map",
            paramLabel = "WEIGHT=ACTIVATION",
            description = "Pair names that do not tell by themselves, as for score. May be given again.")
    private List<String> maps = new ArrayList<>();

    @Reads
    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Losses and the like over steps, to show beside LAR in the report: CSV (TensorBoard's and wandb's"
                    + " too), JSON Lines, or trainer_state.json. May be given again.")
    private List<Path> metrics = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "svd|gram|auto|norm",
            defaultValue = "svd",
            description = "As for score (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.SVD;

    @Option(
            names = "--precision",
            paramLabel = "double|single",
            defaultValue = "double",
            description = "Precision of factorisation and projections (default: ${DEFAULT-VALUE}).")
    private Precision precision = Precision.DOUBLE;

    @Option(names = "--threads", paramLabel = "N", description = "Layers at a time (default: the cores available).")
    private @Nullable Integer threads;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "" + Slope.DEFAULT_WINDOW,
            description = "Checkpoints that a slope is fitted to (default: ${DEFAULT-VALUE}).")
    private int window = Slope.DEFAULT_WINDOW;

    @Mixin
    private AlarmOptions alarms = new AlarmOptions();

    @Writes(OwnFile.SERIES)
    @Option(
            names = "--out",
            paramLabel = "SERIES",
            description = "Write the series to this .json or .csv file after each checkpoint; rows that it holds already"
                    + " are not scored again unless they failed or their files have changed. Rows of another run are refused;"
                    + " --force begins anew.")
    private @Nullable Path out;

    @Writes(OwnFile.REPORT)
    @Option(names = "--report", paramLabel = "FILE.html", description = "Write a report with charts to this file.")
    private @Nullable Path report;

    @Option(
            names = "--format",
            paramLabel = "table|json|csv",
            defaultValue = "table",
            description = "Form of the result on standard output (default: ${DEFAULT-VALUE}).")
    private OutputOptions.Format format = OutputOptions.Format.TABLE;

    @Option(
            names = "--follow",
            description = "Watch a live run until told to stop (Ctrl-C, SIGTERM; exit code 130 or 143), or with"
                    + " --fail-on-alarm until an alarm fires.")
    private boolean follow;

    @Option(
            names = "--poll",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How often to look for new checkpoints (default: ${DEFAULT-VALUE}).")
    private double poll = 10;

    @Option(
            names = "--pattern",
            paramLabel = "PATTERN",
            description = "Where the weights are below RUN, such as 'ckpt-{step}/weights.safetensors'; * and ? are"
                    + " wildcards within a name.")
    private @Nullable String pattern;

    @Mixin
    final ForceOption force = new ForceOption();

    @Option(names = "--quiet", description = "No progress and no notes on standard error; failures are still told.")
    private boolean quiet;

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        checkOptions(commandLine);
        AlarmRules rules = alarms.rules(commandLine, window, baseline != null);
        checkFolder(out);
        checkFolder(report);
        RunFolder folder = folder(commandLine, run);
        BlasCheck.require(new ScoreOptions(method, precision));
        CheckpointScorer scorer = new CheckpointScorer(method, precision, selection(commandLine), reading.options(),
                threads());
        RunInputs inputs = new RunInputs(reading);
        inputs.add(folder);
        if (baseline != null && Files.isDirectory(baseline)) {
            inputs.add(folder(commandLine, baseline));
        }
        inputs.addTo(Outputs.of(commandLine)).check();
        checkReport(commandLine);
        KnownSeries known = KnownSeries.of(
                commandLine, out, force.force, run, folder.scan().checkpoints(), scorer);
        Metrics shown = metrics.stream().map(Metrics::read).reduce(Metrics::and).orElse(Metrics.NONE);
        Baseline compared = baseline == null ? null : Baseline.of(baselineSeries(commandLine, scorer, baseline));
        String title = String.valueOf(run.toAbsolutePath().normalize().getFileName());
        TrackRun.Setup setup = new TrackRun.Setup(
                title, rules, shown, out, report, threads(), follow, quiet, layers());
        TrackRun tracked = new TrackRun(
                setup, new Tracker(known.rows(), scorer, compared, window), scorer, commandLine.getErr());
        shown.notes().forEach(tracked::tellNote);
        if (known.note() != null) {
            tracked.tellNote(known.note());
        }
        try (StopHook stop = new StopHook(() -> stopped(commandLine, tracked))) {
            if (follow) {
                new Following(folder, scorer, tracked, TrackRun.seconds(poll), alarms.failOnAlarm()).until(stop);
            } else {
                CheckpointPass.over(run, folder, scorer, tracked, quiet);
            }
            if (stop.finish()) {
                tracked.write();
                print(commandLine.getOut(), tracked);
            }
        }
        return tracked.exitCode(alarms.failOnAlarm());
    }

    private void checkOptions(CommandLine commandLine) {
        if (threads != null && (threads < 1 || threads > 1024)) {
            throw new ParameterException(commandLine, "--threads must be from 1 to 1024, not " + threads);
        }
        if (window < Slope.MIN_POINTS || window > MOST_WINDOW) {
            throw new ParameterException(commandLine,
                    "--window must be from " + Slope.MIN_POINTS + " to " + MOST_WINDOW + ", not " + window);
        }
        if (!(poll > 0) || poll > 86_400) {
            throw new ParameterException(commandLine, "--poll must be more than 0 and at most 86400 seconds");
        }
        if (out != null && !SeriesFile.isSeriesName(out)) {
            throw new ParameterException(commandLine, "--out must end in .json or .csv");
        }
    }

    private void checkReport(CommandLine commandLine) {
        if (report != null && !OpenFiles.isStream(report)
                && !report.toString().toLowerCase(Locale.ROOT).matches("(?s).+\\.html?")) {
            throw new ParameterException(commandLine, "--report must end in .html or .htm");
        }
    }

    /** Before hours of work are done for nothing. */
    private static void checkFolder(@Nullable Path file) {
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        if (file != null && folder != null && !Files.isDirectory(folder)) {
            throw new LogalignException(Names.printable(file)
                    + ": it cannot be written, its folder does not exist; create the folder first");
        }
    }

    private int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private RunFolder folder(CommandLine commandLine, Path of) {
        try {
            return RunFolder.of(of, pattern);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--pattern: " + wrong.getMessage(), wrong);
        }
    }

    private List<Glob> layers() {
        return layers.stream().map(Glob::of).toList();
    }

    private Selection selection(CommandLine commandLine) {
        List<NameMap> pairs;
        try {
            pairs = maps.stream().map(NameMap::parse).toList();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--map: " + wrong.getMessage(), wrong);
        }
        Selection selection = new Selection(
                null,
                null,
                pairs,
                layers(),
                List.of(),
                storage.transposed());
        return storage.of(selection).withoutNames();
    }

    private Series baselineSeries(CommandLine commandLine, CheckpointScorer scorer, Path of)
            throws InterruptedException {
        if (!Files.isDirectory(of)) {
            return SeriesFile.read(of);
        }
        TrackRun.Setup setup = new TrackRun.Setup(
                "baseline", AlarmRules.of(Map.of(), window), Metrics.NONE, null, null, threads(), false, quiet,
                List.of());
        TrackRun tracked = new TrackRun(
                setup, new Tracker(Series.EMPTY, scorer, null, window), scorer, commandLine.getErr());
        CheckpointPass.over(of, folder(commandLine, of), scorer, tracked, quiet);
        return tracked.series();
    }

    /**
     * The JVM was told to stop: what is finished is written, and the exit code is the signal's.
     *
     * @return null
     */
    private @Nullable Integer stopped(CommandLine commandLine, TrackRun tracked) throws IOException {
        tracked.write();
        if (follow) {
            print(commandLine.getOut(), tracked);
        }
        return null;
    }

    private void print(PrintWriter to, TrackRun tracked) throws IOException {
        Series series = tracked.series();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        switch (format) {
            case JSON -> SeriesFile.writeJson(bytes, Environment.current(), threads(), series, tracked.alarms());
            case CSV -> SeriesFile.writeCsv(bytes, series);
            case TABLE ->
                bytes.writeBytes(SeriesTable.format(series, tracked.alarms(), Terminal.width())
                        .getBytes(StandardCharsets.UTF_8));
        }
        to.print(bytes.toString(StandardCharsets.UTF_8));
        to.flush();
    }
}
