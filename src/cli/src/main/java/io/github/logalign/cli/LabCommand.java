package io.github.logalign.cli;

import io.github.logalign.lab.Grokking;
import io.github.logalign.lab.GrokkingOptions;
import io.github.logalign.lab.Repetition;
import io.github.logalign.lab.RepetitionOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab}: small versions of the paper's two experiments. */
@Command(
        name = "lab",
        description = "Train small versions of the paper's two experiments; score them with track.",
        subcommands = {LabCommand.GrokkingCommand.class, LabCommand.RepetitionCommand.class})
final class LabCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "an experiment is missing: grokking or repetition");
    }

    private static <T> T checked(CommandSpec spec, Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static void print(CommandSpec spec, Path out) {
        spec.commandLine().getOut().println(out);
        spec.commandLine().getOut().flush();
    }

    /** {@code lab grokking}. */
    @Command(
            name = "grokking",
            description = "Modular addition: the network memorises, and much later generalises.")
    static final class GrokkingCommand implements Callable<Integer> {

        @Writes(OwnFile.ANY)
        @Option(names = "--out", required = true, paramLabel = "DIR", description = "A new or empty folder.")
        private Path out = Path.of("");

        @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
                description = "Seed (default: ${DEFAULT-VALUE}).")
        private long seed;

        @Option(
                names = "--weight-decay",
                paramLabel = "X",
                defaultValue = "1",
                description = "With 0 the network memorises and does not generalise (default: ${DEFAULT-VALUE}).")
        private double weightDecay;

        @Option(names = "--p", paramLabel = "N", defaultValue = "59",
                description = "Modulus (default: ${DEFAULT-VALUE}).")
        private int modulus;

        @Option(names = "--steps", paramLabel = "N", defaultValue = "4000", description = "Default: ${DEFAULT-VALUE}.")
        private int steps;

        @Option(
                names = "--interval",
                paramLabel = "N",
                defaultValue = "25",
                description = "Steps from checkpoint to checkpoint (default: ${DEFAULT-VALUE}).")
        private int interval;

        @Option(names = "--quiet", description = "No progress on standard error.")
        private boolean quiet;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            CommandSpec own = Objects.requireNonNull(spec);
            GrokkingOptions options = checked(own,
                    () -> new GrokkingOptions(seed, weightDecay, modulus, steps, interval));
            try (Progress progress = new Progress("steps", steps, quiet)) {
                Grokking.train(options, out, (step, total) -> progress.step());
            }
            print(own, out);
            return 0;
        }
    }

    /** {@code lab repetition}. */
    @Command(
            name = "repetition",
            description = "A small language model on bytes of text, which is seen once or repeatedly.")
    static final class RepetitionCommand implements Callable<Integer> {

        @Writes(OwnFile.ANY)
        @Option(names = "--out", required = true, paramLabel = "DIR", description = "A new or empty folder.")
        private Path out = Path.of("");

        @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
                description = "Seed (default: ${DEFAULT-VALUE}).")
        private long seed;

        @Option(
                names = "--size",
                paramLabel = "small|full",
                defaultValue = "small",
                description = "Size of the network (default: ${DEFAULT-VALUE}).")
        private RepetitionOptions.Size size = RepetitionOptions.Size.SMALL;

        @Option(
                names = "--epochs",
                paramLabel = "N",
                defaultValue = "1",
                description = "Number of times each position is seen; 1 is the baseline (default: ${DEFAULT-VALUE}).")
        private int epochs;

        @Option(names = "--steps", paramLabel = "N", defaultValue = "4000", description = "Default: ${DEFAULT-VALUE}.")
        private int steps;

        @Option(
                names = "--interval",
                paramLabel = "N",
                defaultValue = "100",
                description = "Steps from checkpoint to checkpoint (default: ${DEFAULT-VALUE}).")
        private int interval;

        @Reads
        @Option(
                names = "--text",
                paramLabel = "PATH",
                description = "A file, a zip file or a folder of text (default: the JDK's own lib/src.zip).")
        private @Nullable Path text;

        @Option(names = "--quiet", description = "No progress on standard error.")
        private boolean quiet;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            CommandSpec own = Objects.requireNonNull(spec);
            RepetitionOptions options = checked(own,
                    () -> new RepetitionOptions(seed, size, epochs, steps, interval, text));
            try (Progress progress = new Progress("steps", steps, quiet)) {
                Repetition.train(options, out, (step, total) -> progress.step());
            }
            print(own, out);
            return 0;
        }
    }
}
