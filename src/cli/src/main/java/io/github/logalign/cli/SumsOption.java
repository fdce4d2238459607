package io.github.logalign.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option for sums that training wrote in place of checkpoints. */
final class SumsOption {

    /** Options that say how the files of checkpoints are read and scored. */
    private static final List<String> OF_CHECKPOINTS = List.of("--map", "--mask", "--transposed", "--stored",
            "--convolutions", "--method", "--precision", "--pattern", "--void16");

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Reads
    @Option(names = "--sums", paramLabel = "FILE",
            description = "In place of RUN: a file of sums that training wrote, JSON Lines as docs/activations.md describes. No "
                    + "activations are needed.")
    @Nullable
    Path file;

    /** Checks that there is a run or sums, and no option that sums leave without a meaning. */
    void check(@Nullable Path run, @Nullable Path baseline) {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        if ((run == null) == (file == null)) {
            throw new ParameterException(commandLine, run == null
                    ? "name the folder of a run, or sums that training wrote with --sums FILE"
                    : "--sums takes the place of RUN: give one of them");
        }
        if (file == null) {
            return;
        }
        boolean folder = baseline != null && Files.isDirectory(baseline);
        Stream.concat(Stream.of("--updates"), folder ? Stream.empty() : OF_CHECKPOINTS.stream())
                .filter(commandLine.getParseResult()::hasMatchedOption)
                .findFirst()
                .ifPresent(option -> {
                    throw new ParameterException(commandLine,
                            option + " is for the files of checkpoints; sums were taken before: leave it out");
                });
    }
}
