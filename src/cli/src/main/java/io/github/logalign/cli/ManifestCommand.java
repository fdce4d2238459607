package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.JsonLines;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/** {@code manifest}: lists the checkpoints of runs for {@code score --manifest}. */
@Command(name = "manifest", description = {
    "List the checkpoints of runs, with their activations, as a manifest for score --manifest.",
    "Each line has the run and the step as labels. Checkpoints are found as by track."
})
final class ManifestCommand implements Callable<Integer> {

    @Reads
    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Folders of runs.")
    private List<Path> runs = new ArrayList<>();

    @Option(names = "--pattern", paramLabel = "PATTERN",
            description = "Path of the weights below RUN, such as 'ckpt-{step}/weights.safetensors'.")
    private @Nullable String pattern;

    @Option(names = "--mask", paramLabel = "[LAYERS=][FILE][:NAME]",
            description = "The mask of every job, as for score; a FILE is relative to the manifest's folder.")
    private @Nullable String mask;

    @Writes(value = OwnFile.MANIFEST, orStandardOutput = true)
    @Option(names = "--out", paramLabel = "FILE", defaultValue = "-",
            description = "A name that ends in .jsonl; standard output (-) by default, with paths relative to the current folder.")
    private Path out = OutputOptions.STANDARD_OUTPUT;

    @Mixin
    final ForceOption force = new ForceOption();

    @Option(names = "--quiet", description = "No notes on standard error; problems are still reported.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        boolean toFile = !out.equals(OutputOptions.STANDARD_OUTPUT);
        if (toFile && !String.valueOf(out.getFileName()).endsWith(".jsonl")) {
            throw new ParameterException(commandLine,
                    "--out " + Names.printable(out) + " must end in .jsonl; correct the name");
        }
        List<Path> folders = runs.stream().map(run -> run.toAbsolutePath().normalize()).distinct().toList();
        Outputs outputs = Outputs.of(commandLine);
        Path folder = Objects.requireNonNull(toFile
                ? out.toAbsolutePath().getParent()
                : Path.of("").toAbsolutePath()).normalize();
        List<byte[]> lines = new ArrayList<>();
        boolean problems = false;
        for (Path run : folders) {
            RunFolder.Scan scan = scan(commandLine, run);
            problems |= report(commandLine.getErr(), scan);
            int before = lines.size();
            for (Checkpoint checkpoint : scan.checkpoints()) {
                outputs.reads("a checkpoint", checkpoint.files());
                if (checkpoint.activations() != null && checkpoint.problem() == null) {
                    lines.add(line(folder, label(run, folders), checkpoint, checkpoint.activations()));
                }
            }
            if (lines.size() == before && folders.size() > 1) {
                commandLine.getErr().println("logalign: left out: " + Names.printable(run)
                        + ": no checkpoint with activations was found");
                problems = true;
            }
        }
        outputs.check();
        if (lines.isEmpty()) {
            throw new LogalignException(Names.printable(runs.getFirst()) + (runs.size() > 1 ? " and the others" : "")
                    + ": no checkpoint with activations was found; describe their names with --pattern");
        }
        OutputOptions.write(toFile ? out : null, commandLine.getOut(), stream -> {
            for (byte[] line : lines) {
                stream.write(line);
            }
        });
        return problems ? 1 : 0;
    }

    private RunFolder.Scan scan(CommandLine commandLine, Path run) {
        try {
            return RunFolder.of(run, pattern).scan();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--pattern: " + wrong.getMessage(), wrong);
        }
    }

    private boolean report(PrintWriter err, RunFolder.Scan scan) {
        List<String> problems = new ArrayList<>(scan.problems());
        scan.checkpoints().stream().map(Checkpoint::problem).filter(Objects::nonNull).forEach(problems::add);
        problems.forEach(problem -> err.println("logalign: left out: " + Names.escaped(problem)));
        if (!quiet) {
            scan.notes().forEach(note -> err.println("logalign: note: " + Names.escaped(note)));
            scan.leftovers().forEach(note -> err.println("logalign: note: " + Names.escaped(note)));
        }
        return !problems.isEmpty();
    }

    /** The folder's name, or its whole path where two have that name. */
    private static String label(Path run, List<Path> folders) {
        Path name = run.getFileName();
        long same = folders.stream().filter(other -> Objects.equals(other.getFileName(), name)).count();
        return String.valueOf(name == null || same > 1 ? run : name);
    }

    private byte[] line(Path folder, String run, Checkpoint checkpoint, Path activations) {
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("run", run);
        labels.put("step", checkpoint.step());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("weights", relative(folder, checkpoint.weights()));
        fields.put("activations", relative(folder, activations));
        if (mask != null) {
            fields.put("mask", mask);
        }
        fields.put("labels", labels);
        return JsonLines.line(fields);
    }

    private static String relative(Path folder, Path file) {
        return folder.relativize(file.toAbsolutePath().normalize()).toString();
    }
}
