package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.cli.OutputOptions.Format;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.ComparisonReport;
import io.github.logalign.report.CsvReport;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.Comparison;
import io.github.logalign.track.ComparisonColumns;
import io.github.logalign.track.LayerSample;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: says which layers differ between two checkpoints or two runs, and how surely. */
@Command(
        name = "compare",
        description = {
            "Compare LAR between two checkpoints, or between two runs at the steps that both have: difference, interval and"
                    + " p-value of each layer, what moved most first.",
            "Where both recorded the same tokens, their groups are paired, and what the tokens have in common cancels. Token"
                    + " ids, labels or a description of the text in the activations file tell."
        })
final class CompareCommand implements Callable<Integer>, ColumnsHelp.Describer {

    private static final int NOT_ALL_OK = 1;

    @Parameters(index = "0", paramLabel = "RUN|SERIES[@STEP]",
            description = "What is compared with: the folder of a run, or its series as "
                    + "written by track --out.")
    private String first = "";

    @Parameters(index = "1", paramLabel = "RUN|SERIES[@STEP]",
            description = "What is compared: another run, or another step.")
    private String second = "";

    @Mixin
    private LayerOptions layers = new LayerOptions();

    @Mixin
    private MapOption map = new MapOption();

    @Option(names = "--pattern", paramLabel = "PATTERN",
            description = "Path of the weights below RUN, as for track.")
    private @Nullable String pattern;

    @Option(names = "--same-tokens",
            description = "Both recorded the same tokens in the same order, though nothing in their files says so.")
    private boolean sameTokens;

    @Mixin
    private MaskOption masks = new MaskOption();

    @Mixin
    private GroupsOption groups = new GroupsOption();

    @Option(names = "--method", paramLabel = "svd|gram|auto|norm", defaultValue = "norm",
            description = "As for score (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.NORM;

    @Mixin
    private PrecisionOption precision = new PrecisionOption();

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Mixin
    private final ColumnsHelp columnsHelp = new ColumnsHelp(ComparisonColumns.ALL);

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public ColumnsHelp columnsHelp() {
        return columnsHelp;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        Format format = output.format(commandLine);
        int count = threads.count(commandLine);
        BlasCheck.require(new ScoreOptions(method, precision.precision));
        Compared one = parsed(commandLine, first);
        Compared other = parsed(commandLine, second);
        checkDifferent(commandLine, one, other);
        if ((one.isSeries() || other.isSeries()) && (groups.isGiven() || masks.isGiven() || map.isGiven())) {
            throw new ParameterException(commandLine,
                    "--groups, --mask and --map are for checkpoints: a series keeps what it was tracked with");
        }
        Side left = Side.of(one, pattern);
        Side right = Side.of(other, pattern);
        boolean checkpoints = left.steps().size() == 1 && right.steps().size() == 1;
        if (!checkpoints) {
            Set<Long> common = new HashSet<>(left.steps());
            common.retainAll(right.steps());
            left = left.at(common);
            right = right.at(common);
        }
        if (left.steps().isEmpty()) {
            throw new LogalignException(Names.printable(one.run()) + " and " + Names.printable(other.run())
                    + " have no step in common; name one of each, as RUN@STEP");
        }
        RunInputs inputs = new RunInputs(reading);
        for (Compared side : List.of(one, other)) {
            if (!side.isSeries()) {
                inputs.add(side.folder(pattern));
            }
        }
        inputs.addTo(Outputs.of(commandLine)).reads("--groups", groups.paths())
                .reads("--mask", masks.paths(commandLine)).check();
        Selection selection = layers.selection(map.maps());
        CheckpointScorer scorer = new CheckpointScorer(
                method, precision.precision, selection, reading.options(), count)
                .withGroups(groups::read)
                .withMasks(masks.texts(commandLine));
        Scored scored = new Scored(scorer, commandLine.getErr(), output.quiet);
        // Samples of a series have the names of their layers alone.
        UnaryOperator<List<LayerSample>> wanted = samples -> samples.stream()
                .filter(sample -> selection.wantsLayer(sample.layer())).toList();
        try (Progress progress = new Progress(
                "checkpoints", left.checkpoints().size() + right.checkpoints().size(), output.quiet)) {
            List<LayerSample> samples = left.samples(scored, progress, wanted);
            List<LayerSample> others = right.samples(scored, progress, wanted);
            List<Comparison> rows = compared(commandLine, samples, others, checkpoints);
            scored.noteSingles(samples, others);
            output.write(commandLine.getOut(), out -> write(out, format, rows, count));
            return scored.allOk && !rows.isEmpty() ? 0 : NOT_ALL_OK;
        }
    }

    /**
     * One side: checkpoints to be scored, or samples that are known.
     *
     * @param checkpoints of a run
     * @param known of a series
     */
    private record Side(List<Checkpoint> checkpoints, List<LayerSample> known) {

        static Side of(Compared compared, @Nullable String pattern) {
            return compared.isSeries()
                    ? new Side(List.of(), compared.samples())
                    : new Side(compared.checkpoints(pattern), List.of());
        }

        Set<Long> steps() {
            return Stream.concat(checkpoints.stream().map(Checkpoint::step), known.stream().map(LayerSample::step))
                    .collect(Collectors.toSet());
        }

        Side at(Set<Long> steps) {
            return new Side(checkpoints.stream().filter(each -> steps.contains(each.step())).toList(),
                    known.stream().filter(each -> steps.contains(each.step())).toList());
        }

        List<LayerSample> samples(Scored scored, Progress progress, UnaryOperator<List<LayerSample>> wanted)
                throws InterruptedException {
            return checkpoints.isEmpty() ? wanted.apply(known) : scored.samples(checkpoints, progress);
        }
    }

    private Compared parsed(CommandLine commandLine, String text) {
        try {
            return Compared.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, Names.printable(text) + ": " + wrong.getMessage(), wrong);
        }
    }

    private static void checkDifferent(CommandLine commandLine, Compared one, Compared other) {
        if (one.equals(other)) {
            throw new ParameterException(commandLine, "both sides are " + Names.printable(one.run())
                    + (one.step() == null ? "" : "@" + one.step()) + "; name two runs, or two steps as RUN@STEP");
        }
    }

    private List<Comparison> compared(
            CommandLine commandLine, List<LayerSample> samples, List<LayerSample> others, boolean checkpoints) {
        try {
            return checkpoints
                    ? Comparison.ofCheckpoints(samples, others, sameTokens)
                    : Comparison.ofRuns(samples, others, sameTokens);
        } catch (IllegalArgumentException notTheSame) {
            throw new ParameterException(
                    commandLine, notTheSame.getMessage() + "; leave out --same-tokens", notTheSame);
        }
    }

    private void write(OutputStream out, Format format, List<Comparison> rows, int count) throws IOException {
        switch (format) {
            case JSON -> ComparisonReport.writeJson(out, Environment.current(), count, rows);
            case CSV -> CsvReport.write(out, ComparisonColumns.ALL, rows);
            case TABLE ->
                out.write(ComparisonReport.table(rows, output.width()).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Scores checkpoints, and reports what cannot be compared. */
    private static final class Scored {

        private final CheckpointScorer scorer;
        private final PrintWriter err;
        private final boolean quiet;
        private boolean allOk = true;

        Scored(CheckpointScorer scorer, PrintWriter err, boolean quiet) {
            this.scorer = scorer;
            this.err = err;
            this.quiet = quiet;
        }

        List<LayerSample> samples(List<Checkpoint> checkpoints, Progress progress) throws InterruptedException {
            scorer.checkPatterns(checkpoints);
            List<LayerSample> samples = new ArrayList<>();
            for (Checkpoint checkpoint : checkpoints) {
                for (Scorer.Result result : scorer.score(checkpoint, Set.of(), scorer.stamp(checkpoint))) {
                    add(samples, checkpoint, result);
                }
                progress.step();
            }
            return samples;
        }

        private void add(List<LayerSample> samples, Checkpoint checkpoint, Scorer.Result result) {
            String where = "step " + checkpoint.step() + ", " + Names.printable(result.row().layer());
            if (result.row().outcome() instanceof Outcome.Missing missing) {
                allOk = false;
                err.println("logalign: " + missing.status().word() + ": " + where + ": " + missing.reason());
                return;
            }
            LayerSample.of(checkpoint.step(), result).ifPresentOrElse(samples::add, () -> {
                allOk = false;
                err.println(
                        "logalign: failed: " + where + ": LAR has no error that could be compared; record more tokens");
            });
        }

        /** Layers of one side only. */
        void noteSingles(List<LayerSample> samples, List<LayerSample> others) {
            Set<String> here = samples.stream().map(LayerSample::layer).collect(Collectors.toSet());
            Set<String> there = others.stream().map(LayerSample::layer).collect(Collectors.toSet());
            Set<String> single = new HashSet<>(here);
            single.addAll(there);
            single.removeIf(layer -> here.contains(layer) && there.contains(layer));
            if (!single.isEmpty() && !quiet) {
                err.println("logalign: note: only one side has "
                        + single.stream().sorted().map(Names::printable).collect(Collectors.joining(", ")));
            }
        }
    }
}
