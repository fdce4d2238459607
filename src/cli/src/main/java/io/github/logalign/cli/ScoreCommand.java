package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.cli.OutputOptions.Format;
import io.github.logalign.journal.JournalHeader;
import io.github.logalign.report.CsvReport;
import io.github.logalign.report.JsonReport;
import io.github.logalign.report.TableReport;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.MaskArguments;
import io.github.logalign.score.Masks;
import io.github.logalign.score.ModelRunner;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.SpectrumStore;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** {@code score}: computes LAR and the spectra of every layer that has activations. */
@Command(name = "score", description = {
    "Compute LAR, effective dimension and spectra of every layer that has activations.",
    "Activations named X, X.weight or X.input belong to the weight X.weight or X."
})
final class ScoreCommand implements Callable<Integer>, ColumnsHelp.Describer {

    @Mixin
    private ScoredFiles files = new ScoredFiles();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ManifestOptions manifest = new ManifestOptions();

    @Option(names = "--tensor", paramLabel = "NAME", description = "Only this weight.")
    private @Nullable String tensor;

    @Option(names = "--activation", paramLabel = "NAME", description = "Only these activations.")
    private @Nullable String activation;

    @Mixin
    private MapOption map = new MapOption();

    @Mixin
    private MaskOption masks = new MaskOption();

    @Option(names = "--method", paramLabel = "svd|gram|auto|norm", defaultValue = "svd",
            description = "svd; gram: faster, but small singular values are lost; auto: gram where it is accurate "
                    + "enough; norm: LAR without spectra (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.SVD;

    @Mixin
    private GroupsOption groups = new GroupsOption();

    @Mixin
    private UpdateOptions updates = new UpdateOptions();

    @Mixin
    private KeptOption kept = new KeptOption();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private ScoringOptions scoring = new ScoringOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Mixin
    private final ColumnsHelp columnsHelp = new ColumnsHelp(LayerColumns.ALL);

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public ColumnsHelp columnsHelp() {
        return columnsHelp;
    }

    @Override
    public Integer call() throws IOException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        int threads = scoring.threads(commandLine);
        manifest.checkAlone(commandLine);
        Path itsManifest = manifest.manifest;
        if (itsManifest != null) {
            return runManifest(commandLine, itsManifest, threads);
        }
        updates.check(commandLine);
        Format format = output.format(commandLine);
        if (method == ScoreMethod.NORM && scoring.spectra != null) {
            throw new ParameterException(commandLine, "--method norm computes no spectra for --spectra to write; "
                    + "choose another method");
        }
        ScoreOptions options = scoring.options(commandLine, method);
        Optional<SpectrumStore> store = kept.store(commandLine, method);
        Selection selection = selection();
        if (model.areGiven()) {
            return runModel(commandLine, options, selection, format);
        }
        Path itsWeights = files.weights(commandLine);
        Path itsActivations = files.activations(commandLine);
        PrintWriter err = commandLine.getErr();
        try (TensorFile weightsFile = reading.open(itsWeights);
                TensorFile activationsFile = reading.open(itsActivations);
                MaskArguments maskOptions = masks.open(commandLine, activationsFile)) {
            Masks found = maskOptions.masks();
            boolean namesGiven = tensor != null || activation != null || map.isGiven();
            Optional<String> swapped = namesGiven
                    ? Optional.empty()
                    : FileRoles.checkNotSwapped(commandLine, weightsFile, activationsFile);
            if (!output.quiet) {
                swapped.ifPresent(note -> err.println("logalign: note: " + note));
            }
            Plan plan = Plan.of(weightsFile, activationsFile, selection, found);
            found.check(plan.jobs());
            FileRoles.checkDifferent(commandLine, plan.jobs());
            try (UpdateOptions.Earlier earlier = updates.open(reading, weightsFile, activationsFile, selection,
                    found)) {
                List<LayerJob> jobs = earlier.jobs(plan.jobs());
                SpectraFolder folder = new SpectraFolder(scoring.spectra, jobs, threads);
                Outputs outputs = Outputs.of(commandLine)
                        .reads("--weights", weightsFile)
                        .readsBeside(List.of(itsWeights))
                        .reads("--activations", activationsFile)
                        .reads("--mask", maskOptions.paths())
                        .reads("--groups", groups.paths());
                folder.announce(outputs);
                earlier.addTo(outputs).check();
                BlasCheck.require(options);
                folder.begin();
                if (!output.quiet) {
                    plan.notes().forEach(note -> err.println("logalign: note: " + note));
                }
                Scorer plain = new Scorer(options, found).withGroups(groups.read(activationsFile));
                Scorer scorer = store.map(plain::withStore).orElse(plain);
                List<LayerScore> rows;
                try (folder) {
                    rows = new RowRunner(threads, output.quiet, err).run(jobs, scorer, earlier::score,
                            (job, result) -> folder.write(job, result.spectra()));
                }
                output.write(commandLine.getOut(), out -> write(out, format, rows, threads));
                return RowRunner.exitCode(rows);
            }
        }
    }

    private Selection selection() {
        return scoring.layers.selection(tensor, activation, map.maps());
    }

    private static Path required(CommandLine commandLine, @Nullable Path path, String option) {
        if (path == null) {
            throw new ParameterException(commandLine, "Missing required option: '" + option + "'");
        }
        return path;
    }

    /** Scores what a manifest lists. */
    private int runManifest(CommandLine commandLine, Path itsManifest, int threads) {
        if (files.areGiven() || model.areGiven() || tensor != null || activation != null
                || masks.isGiven() || groups.isGiven() || updates.areGiven() || scoring.spectra != null) {
            throw new ParameterException(commandLine,
                    "--manifest names the files, tensors and masks: leave out --weights,"
                            + " --activations, --tensor, --activation, --mask, --groups, --minus-weights,"
                            + " --minus-activations, --pairs, --model and --spectra");
        }
        if (method == ScoreMethod.NORM && manifest.withSpectra) {
            throw new ParameterException(commandLine, "--method norm computes no spectra: leave out --with-spectra");
        }
        if (output.hasFormat()) {
            throw new ParameterException(commandLine,
                    "--format is for a result of one file; with --manifest the name of --out"
                            + " says the format: .parquet, .jsonl or .csv");
        }
        Path out = output.file();
        if (out == null) {
            throw new ParameterException(commandLine, "--manifest needs --out FILE, beside which its journal lies");
        }
        ScoreOptions options = scoring.options(commandLine, method);
        Map<String, String> described = scoring.described();
        described.put("method", method.name().toLowerCase(Locale.ROOT));
        described.put("map", map.described());
        described.put("void16", reading.described());
        described.put(JournalHeader.WITH_SPECTRA, String.valueOf(manifest.withSpectra));
        return new ManifestRun(commandLine, manifest, output)
                .run(itsManifest, out, options, selection(), reading.options(), threads, described,
                        kept.store(commandLine, method));
    }

    /** Runs a model in place of reading activations. */
    private int runModel(CommandLine commandLine, ScoreOptions options, Selection selection, Format format)
            throws IOException {
        if (files.areGiven()) {
            throw new ParameterException(commandLine, "--model and --inputs take the place of --weights and"
                    + " --activations; leave these out");
        }
        if (kept.isGiven() || scoring.spectra != null || masks.isGiven() || groups.isGiven() || updates.areGiven()
                || map.isGiven()
                || tensor != null || activation != null) {
            throw new ParameterException(commandLine,
                    "--kept, --spectra, --mask, --groups, --minus-weights, --minus-activations,"
                            + " --pairs, --map, --tensor and --activation are for"
                            + " activations in files; with --model, --include and --exclude choose layers, and the input"
                            + " attention_mask masks tokens");
        }
        Path itsModel = required(commandLine, model.model, "--model=<FILE>");
        Path itsInputs = required(commandLine, model.inputs, "--inputs=<FILE>");
        int threads = scoring.threads(commandLine);
        ModelRunner.Request request = new ModelRunner.Request(
                selection, options, model.batch(commandLine), threads);
        try (TensorFile modelFile = reading.open(itsModel); TensorFile inputsFile = reading.open(itsInputs)) {
            Outputs.of(commandLine).reads("--model", modelFile).reads("--inputs", inputsFile).check();
            BlasCheck.require(options);
            List<LayerScore> rows = ModelOptions.score(modelFile, inputsFile, request, output.quiet);
            RowRunner.report(rows, output.quiet, commandLine.getErr());
            output.write(commandLine.getOut(), out -> write(out, format, rows, threads));
            return RowRunner.exitCode(rows);
        }
    }

    private void write(OutputStream out, Format format, List<LayerScore> rows, int threads) throws IOException {
        switch (format) {
            case JSON -> JsonReport.write(out, Environment.current(), threads, rows);
            case CSV -> CsvReport.write(out, rows);
            case TABLE -> out.write(TableReport.scores(rows, output.width()).getBytes(StandardCharsets.UTF_8));
        }
    }
}
