package io.github.logalign.cli;

import io.github.logalign.report.Metrics;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SumsFile;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.RunFolder;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesColumns;
import io.github.logalign.track.Slope;
import io.github.logalign.track.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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

/** {@code track}: computes LAR over the checkpoints of a run. */
@Command(
        name = "track",
        description = {
            "Track LAR over the checkpoints of a run: series, baseline, slope and alarms.",
            "Checkpoints are step_2000.weights.safetensors with step_2000.activations.safetensors, or folders such as"
                    + " checkpoint-2000 with model.safetensors or pytorch_model.bin, and activations.safetensors.",
            "Exit code 3 if an alarm fired and --fail-on-alarm is given, 1 if a row is not ok."
        })
final class TrackCommand implements Callable<Integer>, ColumnsHelp.Describer {

    /** More checkpoints than any realistic run has. */
    private static final int MAX_WINDOW = 1_000_000;

    @Reads
    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The folder of the run.")
    private @Nullable Path run;

    @Mixin
    private SumsOption sums = new SumsOption();

    @Reads
    @Option(
            names = "--baseline",
            paramLabel = "RUN|SERIES",
            description = "Another run to compare with: its folder, its series as written by --out, or its sums (.jsonl).")
    private @Nullable Path baseline;

    @Mixin
    private LayerOptions layers = new LayerOptions();

    @Mixin
    private MapOption map = new MapOption();

    @Mixin
    private MaskOption masks = new MaskOption();

    @Reads
    @Option(
            names = "--metrics",
            paramLabel = "FILE|DIR",
            description = "Losses and other metrics over steps, to show beside LAR in the report: CSV (including "
                    + "TensorBoard's and wandb's), JSON Lines, trainer_state.json, or TensorBoard's event files or a "
                    + "folder of them. Repeatable.")
    private List<Path> metrics = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "svd|gram|auto|norm",
            defaultValue = "svd",
            description = "As for score (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.SVD;

    @Option(names = "--updates", description = "Add the ratios of what changed since the first checkpoint, as score "
            + "--pairs does. Both checkpoints must have recorded the same tokens. Takes about three times as long.")
    private boolean updates;

    @Mixin
    private PrecisionOption precision = new PrecisionOption();

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "" + Slope.DEFAULT_WINDOW,
            description = "Number of checkpoints to fit a slope to (default: ${DEFAULT-VALUE}).")
    private int window = Slope.DEFAULT_WINDOW;

    @Mixin
    private AlarmOptions alarms = new AlarmOptions();

    @Mixin
    private SeriesOutputs outputs = new SeriesOutputs();

    @Mixin
    private FollowOptions following = new FollowOptions();

    @Option(
            names = "--pattern",
            paramLabel = "PATTERN",
            description = "Path of the weights below RUN, such as 'ckpt-{step}/weights.safetensors'; * and ? are "
                    + "wildcards within a name.")
    private @Nullable String pattern;

    @Mixin
    final ForceOption force = new ForceOption();

    @Option(names = "--quiet",
            description = "No progress, notes and log lines on standard error; failures and alarms are still reported.")
    private boolean quiet;

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private final ColumnsHelp columnsHelp = new ColumnsHelp(SeriesColumns.ALL);

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public ColumnsHelp columnsHelp() {
        return columnsHelp;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        checkOptions(commandLine);
        alarms.check(commandLine, window, baseline != null);
        outputs.checkFolders();
        Path ofSums = sums.file;
        Path source = ofSums == null ? Objects.requireNonNull(run) : ofSums;
        RunFolder folder = ofSums == null ? folder(commandLine, source) : null;
        BlasCheck.require(new ScoreOptions(method, precision.precision));
        Selection selection = layers.selection(map.maps());
        CheckpointScorer plain = new CheckpointScorer(method, precision.precision,
                selection,
                reading.options(),
                threads.count(commandLine))
                .withMasks(masks.texts(commandLine));
        RunInputs inputs = new RunInputs(reading);
        if (folder != null) {
            inputs.add(folder);
        }
        if (baseline != null && Files.isDirectory(baseline)) {
            inputs.add(folder(commandLine, baseline));
        }
        Outputs written = inputs.addTo(Outputs.of(commandLine)).reads("--mask", masks.paths(commandLine));
        if (outputs.out != null) {
            written.writes("--out", SampleFile.beside(outputs.out), OwnFile.SAMPLES);
        }
        written.check();
        outputs.makeFolder();
        outputs.checkReportName(commandLine);
        KnownSeries known = KnownSeries.of(
                commandLine, outputs.out, force.force, source,
                folder == null ? List.of() : folder.scan().checkpoints(), plain);
        CheckpointScorer scorer = updates && folder != null ? plain.withUpdates(folder, known.rows()) : plain;
        Metrics shown = metrics.stream().map(file -> Metrics.read(file, outputs.events())).reduce(Metrics::and)
                .orElse(Metrics.NONE);
        Baseline compared = baseline == null ? null : baseline(commandLine, plain, selection, baseline);
        AlarmRules rules = alarms.rules(window, compared);
        String title = String.valueOf(source.toAbsolutePath().normalize().getFileName());
        TrackRun.Setup setup = new TrackRun.Setup(
                title, rules, shown, outputs.out, outputs.report, outputs.events(), threads.count(commandLine),
                selection);
        TrackLog log = new TrackLog(commandLine.getErr(), quiet);
        TrackRun tracked = new TrackRun(
                setup, new Tracker(known.rows(), known.samples(), scorer, compared, window), log);
        RunScorer scoring = new RunScorer(scorer, tracked);
        shown.notes().forEach(log::note);
        if (known.note() != null) {
            log.note(known.note());
        }
        tracked.reportUnwatched();
        try (StopHook stop = new StopHook(() -> stopped(commandLine, tracked))) {
            if (folder == null) {
                SumsPass pass = new SumsPass(source, selection, tracked);
                if (following.follow) {
                    pass.until(stop, following.poll(), alarms.failOnAlarm(), Clock.systemUTC());
                } else {
                    pass.over();
                }
            } else if (following.follow) {
                new Following(source, folder, scoring, following.poll(), alarms.failOnAlarm(), Clock.systemUTC())
                        .until(stop);
            } else {
                CheckpointPass.over(source, folder, scoring, quiet);
            }
            if (stop.finish()) {
                tracked.write();
                outputs.print(commandLine.getOut(), tracked, threads.count(commandLine));
            }
        }
        if (alarms.choosesLayers()) {
            tracked.checkWatched();
        }
        return tracked.exitCode(alarms.failOnAlarm());
    }

    private void checkOptions(CommandLine commandLine) {
        threads.count(commandLine);
        if (window < Slope.MIN_POINTS || window > MAX_WINDOW) {
            throw new ParameterException(commandLine,
                    "--window must be from " + Slope.MIN_POINTS + " to " + MAX_WINDOW + ", not " + window);
        }
        following.check(commandLine);
        sums.check(run, baseline);
        outputs.checkSeriesName(commandLine);
    }

    private RunFolder folder(CommandLine commandLine, Path of) {
        try {
            return RunFolder.of(of, pattern);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--pattern: " + wrong.getMessage(), wrong);
        }
    }

    private Baseline baseline(CommandLine commandLine, CheckpointScorer scorer, Selection selection, Path of)
            throws InterruptedException {
        if (!Files.isDirectory(of) && !SumsFile.isSumsName(of)) {
            Series selected = SeriesFile.read(of).where(row -> TrackRun.Setup.shows(selection, row));
            return Baseline.of(selected, SampleFile.read(SampleFile.beside(of)));
        }
        TrackRun.Setup setup = new TrackRun.Setup(
                "baseline", AlarmRules.of(Map.of(), window), Metrics.NONE, null, null, null, threads.count(commandLine),
                Selection.ALL);
        TrackRun tracked = new TrackRun(
                setup, new Tracker(Series.EMPTY, List.of(), scorer, null, window),
                new TrackLog(commandLine.getErr(), quiet));
        if (Files.isDirectory(of)) {
            CheckpointPass.over(of, folder(commandLine, of), new RunScorer(scorer, tracked), quiet);
        } else {
            new SumsPass(of, selection, tracked).over();
        }
        return Baseline.of(tracked.series(), tracked.samples());
    }

    /**
     * Handles a stop by a signal: writes the finished rows and leaves the exit code to the signal.
     *
     * @return null
     */
    private @Nullable Integer stopped(CommandLine commandLine, TrackRun tracked) throws IOException {
        tracked.write();
        if (following.follow) {
            outputs.print(commandLine.getOut(), tracked, threads.count(commandLine));
        }
        return null;
    }
}
