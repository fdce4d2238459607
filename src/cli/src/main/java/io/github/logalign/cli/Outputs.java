package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.OpenFiles;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/**
 * Compares the outputs of a command with its inputs, with each other, and with existing files, before any work is done.
 * Every option of type {@link Path} is marked with {@link Reads} or {@link Writes}. The command adds files that no
 * option names, such as the shards of an index, as soon as they are known.
 */
final class Outputs {

    /** A path and its origin. */
    private record Named(String what, Path path) {}

    /** A path to write. */
    private record Output(String option, Path path, OwnFile kind) {}

    private final CommandLine commandLine;
    private final List<Named> inputs = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();

    private Outputs(CommandLine commandLine) {
        this.commandLine = commandLine;
    }

    /** Creates the check with the paths in the options of a command. */
    static Outputs of(CommandLine commandLine) {
        Outputs outputs = new Outputs(commandLine);
        commandLine.getCommandSpec().args().forEach(outputs::add);
        return outputs;
    }

    private void add(ArgSpec arg) {
        Object value = arg.getValue();
        Collection<?> values = value instanceof Collection<?> several ? several : Arrays.asList(value);
        for (Object each : values) {
            if (each instanceof Path path && arg.userObject() instanceof AnnotatedElement field) {
                add(name(arg), path, field.getAnnotation(Writes.class));
            }
        }
    }

    private void add(String name, Path path, @Nullable Writes writes) {
        if (path.toString().isEmpty()) {
            throw new ParameterException(commandLine,
                    name + ": the path is empty; name a file or folder, such as . for the current folder");
        }
        if (writes == null) {
            inputs.add(new Named(name, path));
        } else if (writes.orStandardOutput() && path.equals(OutputOptions.STANDARD_OUTPUT)) {
            return;
        } else if (writes.files().length == 0) {
            writes(name, path, writes.value());
        } else {
            for (String file : writes.files()) {
                writes(name, path.resolve(file), writes.value());
            }
        }
    }

    private static String name(ArgSpec arg) {
        return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
    }

    /**
     * Adds further files that the command reads.
     *
     * @param what describes them in messages
     */
    Outputs reads(String what, Collection<Path> files) {
        files.stream().distinct().forEach(file -> inputs.add(new Named(what, file)));
        return this;
    }

    /** Adds the files that hold the tensors, such as the shards of an index. */
    Outputs reads(String what, TensorFile file) {
        return reads(what, file.tensors().stream().map(Tensor::path).toList());
    }

    /** Adds the model configuration, which is read together with weights, even if it does not exist yet. */
    Outputs readsBeside(Collection<Path> weights) {
        return reads("the model's configuration", weights.stream().map(ModelConfig::pathBeside).toList());
    }

    /**
     * Adds a further file that the command writes.
     *
     * @param option the option that requests it
     */
    Outputs writes(String option, Path file, OwnFile kind) {
        outputs.add(new Output(option, file, kind));
        return this;
    }

    /**
     * Runs all checks.
     *
     * @throws ParameterException if an output or standard output is also an input, if two outputs are the same file, or
     *     if an output exists and was not written by the command
     */
    void check() {
        Path standard = OpenFiles.standardOutput();
        if (outputs.isEmpty() && standard == null) {
            return;
        }
        Map<FileIdentity, Named> taken = new HashMap<>();
        for (Named input : inputs) {
            taken.putIfAbsent(identity(input), input);
        }
        if (standard != null) {
            Named input = taken.get(identity(new Named("standard output", standard)));
            if (input != null) {
                throw new ParameterException(commandLine, "standard output leads to " + shown(input)
                        + ", which is read; redirect it to another file");
            }
        }
        Map<FileIdentity, Output> written = new HashMap<>();
        for (Output output : outputs) {
            Named named = new Named(output.option, output.path);
            if (OpenFiles.isDevice(output.path)) {
                continue;
            }
            FileIdentity identity = identity(named);
            Named input = taken.get(identity);
            if (input != null) {
                throw wrong(output, "it would overwrite " + shown(input) + "; name another file");
            }
            Output other = written.putIfAbsent(identity, output);
            if (other != null) {
                throw wrong(output, "it is the same file as " + shown(new Named(other.option, other.path))
                        + "; give each a separate file");
            }
            if (isForced() || OpenFiles.isStandard(output.path)) {
                // A file that a stream was redirected to was chosen by the user.
                continue;
            }
            if (Files.isRegularFile(output.path) && !Files.isWritable(output.path)) {
                throw wrong(output, "the file is read-only here; name another file, or replace it with "
                        + ForceOption.NAME);
            }
            if (!isOwn(output)) {
                throw wrong(output, "the file exists and was not written by this command; name another file, or "
                        + "overwrite it with " + ForceOption.NAME);
            }
        }
    }

    private boolean isForced() {
        OptionSpec force = commandLine.getCommandSpec().findOption(ForceOption.NAME);
        return force != null && Boolean.TRUE.equals(force.getValue());
    }

    private static boolean isOwn(Output output) {
        try {
            boolean empty = !Files.isRegularFile(output.path) || Files.size(output.path) == 0;
            return empty || output.kind.fits(output.path);
        } catch (IOException unreadable) {
            return false;
        }
    }

    private FileIdentity identity(Named named) {
        try {
            return FileIdentity.of(named.path);
        } catch (IOException unreadable) {
            throw cannotTell(named, unreadable);
        }
    }

    private ParameterException cannotTell(Named named, IOException reason) {
        return new ParameterException(commandLine,
                shown(named) + ": it cannot be examined (" + Reasons.of(reason) + "); check the path", reason);
    }

    private ParameterException wrong(Output output, String what) {
        return new ParameterException(commandLine, shown(new Named(output.option, output.path)) + ": " + what);
    }

    private static String shown(Named named) {
        return named.what + " " + Names.printable(named.path);
    }
}
