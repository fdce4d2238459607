package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.cli.OutputOptions.Format;
import io.github.logalign.report.CsvReport;
import io.github.logalign.report.JsonReport;
import io.github.logalign.report.TableReport;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Masks;
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
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** {@code spectrum}: computes the weight spectrum of every matrix of a checkpoint. */
@Command(name = "spectrum", description = "Compute the weight spectrum p and its spread for every matrix of a "
        + "checkpoint.")
final class SpectrumCommand implements Callable<Integer>, ColumnsHelp.Describer {

    @Reads
    @Option(names = "--weights", required = true, paramLabel = "FILE|INDEX",
            description = "safetensors, the index.json of a sharded checkpoint, torch.save, npy, npz or ONNX.")
    private Path weights = Path.of("");

    @Option(names = "--method", paramLabel = "svd|gram|auto", defaultValue = "svd",
            description = "svd; gram: faster, but small singular values are lost; auto: gram where it is accurate "
                    + "enough (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.SVD;

    @Writes(OwnFile.ANY)
    @Option(names = "--keep", paramLabel = "DIR",
            description = "Write sigma, p and the right singular vectors V to this folder, from which score --kept takes them: "
                    + "8 r n bytes for each weight, of n inputs and rank r.")
    private @Nullable Path keep;

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
        Format format = output.format(commandLine);
        if (method == ScoreMethod.NORM) {
            throw new ParameterException(commandLine, "--method norm computes no spectrum: choose svd, gram or auto");
        }
        ScoreOptions options = scoring.options(commandLine, method);
        Selection selection = scoring.layers.selection(null, null, List.of());
        PrintWriter err = commandLine.getErr();
        try (TensorFile file = reading.open(weights)) {
            Plan plan = Plan.of(file, selection);
            SpectraFolder folder = new SpectraFolder(scoring.spectra, plan.jobs(), threads);
            Outputs outputs = Outputs.of(commandLine).reads("--weights", file)
                    .readsBeside(List.of(weights));
            folder.announce(outputs);
            outputs.check();
            BlasCheck.require(options);
            folder.begin();
            if (!output.quiet) {
                plan.notes().forEach(note -> err.println("logalign: note: " + note));
            }
            Scorer scorer = new Scorer(options, Masks.NONE);
            if (keep != null) {
                scorer = scorer.withStore(new SpectrumStore(keep, true));
            }
            List<LayerScore> rows;
            try (folder) {
                rows = new RowRunner(threads, output.quiet, err).run(plan.jobs(), scorer,
                        (job, result) -> folder.write(job, result.spectra()));
            }
            output.write(commandLine.getOut(), out -> write(out, format, rows, threads));
            return RowRunner.exitCode(rows);
        }
    }

    private void write(OutputStream out, Format format, List<LayerScore> rows, int threads) throws IOException {
        switch (format) {
            case JSON -> JsonReport.write(out, Environment.current(), threads, rows);
            case CSV -> CsvReport.write(out, rows);
            case TABLE -> out.write(TableReport.spectra(rows, output.width()).getBytes(StandardCharsets.UTF_8));
        }
    }
}
