package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.report.Table;
import io.github.logalign.report.Wrapping;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Plan;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.score.StoredOrientation;
import io.github.logalign.score.TensorUses;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** {@code inspect}: shows the contents of a file, and how score would use it. */
@Command(name = "inspect", description = "Show the contents of a file, and how score would use it.")
final class InspectCommand implements Callable<Integer> {

    @Reads
    @Parameters(paramLabel = "FILE", description = "A file of weights or activations.")
    private Path file = Path.of("");

    @Reads
    @Option(names = "--activations", paramLabel = "FILE", description = "Activations to pair the weights of FILE with.")
    private @Nullable Path activations;

    @Option(names = "--method", paramLabel = "svd|gram|auto|norm", defaultValue = "svd",
            description = "Show how score would compute each layer with this method (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.SVD;

    @Mixin
    private StorageOptions storage = new StorageOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        StringWriter answer = new StringWriter();
        // Printed only when complete: half a result before an error could pass for a result.
        PrintWriter out = new PrintWriter(answer);
        try (TensorFile opened = reading.open(file)) {
            Outputs.of(commandLine).reads("FILE", opened).readsBeside(List.of(file)).check();
            out.print(wrapped(Names.printable(file) + ": " + opened.format() + ", " + opened.tensors().size()
                    + (opened.tensors().size() == 1 ? " tensor" : " tensors")));
            opened.metadata().forEach((key, value) -> out.print(
                    wrapped("  " + Names.printable(key) + " = " + Names.printable(value))));
            Table table = new Table("tensor", "type", "shape", "use").texts("use");
            TensorUses uses = new TensorUses(opened, selection());
            for (Tensor tensor : opened.tensors()) {
                table.add(List.of(
                        tensor.isNamed() ? tensor.name() : "(no name)",
                        tensor.typeName(),
                        tensor.isShapeKnown() ? Arrays.toString(tensor.shape()) : "-",
                        uses.of(tensor)));
            }
            out.print(table.format(Terminal.width()));
            opened.notes().forEach(note -> out.print(wrapped(note)));
            if (activations != null) {
                printPlan(out, opened, activations);
            }
        }
        commandLine.getOut().print(answer);
        commandLine.getOut().flush();
        return 0;
    }

    private static String wrapped(String line) {
        return Wrapping.lines(line, Terminal.width(), "    ");
    }

    private Selection selection() {
        return storage.of(new Selection(null, null, List.of(), List.of(), List.of(), storage.transposed()));
    }

    private String way(LayerJob job) {
        Matrix w = job.w();
        Matrix x = job.refusal() == null ? job.x() : null;
        if (x == null || w == null) {
            return "-";
        }
        return new ScoreOptions(method, Precision.DOUBLE).describe(w.rows(), w.columns(), x.rows());
    }

    private static String note(LayerJob job) {
        Outcome.Missing refusal = job.refusal();
        if (refusal != null) {
            return refusal.status().word() + ": " + refusal.reason();
        }
        List<String> notes = new ArrayList<>();
        LayerInfo.Storage storage = job.info().storage();
        if (storage != null && storage.orientation() == StoredOrientation.INPUT_OUTPUT) {
            notes.add("stored input x output: " + storage.reason());
        }
        notes.addAll(job.info().warnings());
        return String.join("; ", notes);
    }

    private void printPlan(PrintWriter out, TensorFile weights, Path activations) {
        try (TensorFile dump = reading.open(activations)) {
            CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
            Outputs.of(commandLine).reads("--activations", dump).check();
            FileRoles.checkNotSwapped(commandLine, weights, dump).ifPresent(note -> out.print(wrapped(note)));
            Plan plan = Plan.of(weights, dump, selection());
            FileRoles.checkDifferent(commandLine, plan.jobs());
            out.println("score would compute:");
            Table table = new Table("layer", "weight", "activations", "way", "note").texts("way", "note");
            for (LayerJob job : plan.jobs()) {
                Tensor weight = job.weight();
                Tensor activation = job.activation();
                table.add(List.of(
                        job.layer(),
                        weight == null ? "-" : weight.describe(),
                        activation == null ? "-" : activation.describe(),
                        way(job),
                        note(job)));
            }
            out.print(table.format(Terminal.width()));
            plan.notes().forEach(note -> out.print(wrapped(note)));
        }
    }
}
