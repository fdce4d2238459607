package io.github.logalign.cli;

import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The options for watching a live run. */
final class FollowOptions {

    private static final double MAX_SECONDS = 86_400;

    @Option(
            names = "--follow",
            description = "Watch a live run until stopped (Ctrl-C, SIGTERM; exit code 130 or 143), or with "
                    + "--fail-on-alarm until an alarm fires. Standard error has a line for each checkpoint scored, and "
                    + "what is waited for.")
    boolean follow;

    @Option(
            names = "--poll",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Interval between looking for new checkpoints (default: ${DEFAULT-VALUE}).")
    private double poll = 10;

    void check(CommandLine commandLine) {
        if (!(poll > 0) || poll > MAX_SECONDS) {
            throw new ParameterException(commandLine, "--poll must be more than 0 and at most 86400 seconds");
        }
    }

    Duration poll() {
        return Duration.ofMillis(Math.max(1, Math.round(poll * 1000)));
    }
}
