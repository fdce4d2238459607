package io.github.logalign.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The number of layers computed at a time. */
final class ThreadsOption {

    private static final int MAX = 1024;

    @Option(names = "--threads", paramLabel = "N", description = "Layers at a time (default: the number of cores).")
    private @Nullable Integer threads;

    /**
     * The requested number of threads, or the number of cores.
     *
     * @throws ParameterException if the number is out of range
     */
    int count(CommandLine commandLine) {
        if (threads == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (threads < 1 || threads > MAX) {
            throw new ParameterException(commandLine, "--threads must be from 1 to " + MAX + ", not " + threads);
        }
        return threads;
    }
}
