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
 * Compares what a command is going to write with what it reads, with its other outputs, and with what is there already,
 * before any work is done. Every option of type {@link Path} is marked with {@link Reads} or {@link Writes}; what options do
 * not name, such as the shards of an index, is added by the command once it knows.
 */
final class Outputs {

    /** A path and where it comes from. */
    private record Named(String what, Path path) {}

    /** A path to be written. */
    private record Output(String option, Path path, OwnFile kind) {}

    private final CommandLine commandLine;
    private final List<Named> inputs = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();

    private Outputs(CommandLine commandLine) {
        this.commandLine = commandLine;
    }

    /** With what the options of a command name. */
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
                    name + ": an empty path names no file or folder; name one, such as ."
                            + " for the current folder");
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
     * Adds files that the command reads besides.
     *
     * @param what names them
     */
    Outputs reads(String what, Collection<Path> files) {
        files.stream().distinct().forEach(file -> inputs.add(new Named(what, file)));
        return this;
    }

    /** Adds the files that tensors lie in, such as the shards of an index. */
    Outputs reads(String what, TensorFile file) {
        return reads(what, file.tensors().stream().map(Tensor::path).toList());
    }

    /** Adds what is read besides weights: their model's configuration, even if it is not there yet. */
    Outputs readsBeside(Collection<Path> weights) {
        return reads("the model's configuration", weights.stream().map(ModelConfig::pathBeside).toList());
    }

    /**
     * Adds a file that the command writes besides.
     *
     * @param option that asks for it
     */
    Outputs writes(String option, Path file, OwnFile kind) {
        outputs.add(new Output(option, file, kind));
        return this;
    }

    /**
     * Checks everything.
     *
     * @throws ParameterException if an output or the standard output is an input, or if an output is another output or a
     *         file that is not the command's own
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
                        + "; give each a file of its own");
            }
            if (isForced() || OpenFiles.isStandard(output.path)) {
                // Whoever redirected a stream asked for its file.
                continue;
            }
            if (Files.isRegularFile(output.path) && !Files.isWritable(output.path)) {
                throw wrong(output, "the file is read-only here; name another file, or replace it with "
                        + ForceOption.NAME);
            }
            if (!isOwn(output)) {
                throw wrong(output, "the file is there already, and it is not one that this command wrote; name another"
                        + " file, or write over it with " + ForceOption.NAME);
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
                shown(named) + ": cannot be looked at (" + Reasons.of(reason) + "); check the path", reason);
    }

    private ParameterException wrong(Output output, String what) {
        return new ParameterException(commandLine, shown(new Named(output.option, output.path)) + ": " + what);
    }

    private static String shown(Named named) {
        return named.what + " " + Names.printable(named.path);
    }
}
