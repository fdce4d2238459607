package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;

/** What is said about a failure: one line. */
final class Failures {

    private Failures() {}

    /** The line, printable whatever the failure's message quotes. */
    static String line(Throwable failure) {
        return oneLine(switch (failure) {
            case LogalignException known -> String.valueOf(known.getMessage());
            case IllegalArgumentException wrong -> String.valueOf(wrong.getMessage());
            case IOException io -> "the result cannot be written (" + Reasons.of(io) + "); check where it is to go";
            case OutOfMemoryError memory -> outOf(memory);
            default ->
                "unexpected " + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                        + "; --stacktrace shows more, please report it";
        });
    }

    /** The JVM calls it memory when the system refuses another thread, too. */
    private static String outOf(OutOfMemoryError error) {
        return String.valueOf(error.getMessage()).contains("native thread")
                ? "the system allows no more threads; raise the limit of processes (ulimit -u, or the container's), or"
                        + " use fewer threads"
                : "out of memory; raise -Xmx by LOGALIGN_OPTS, or use fewer threads";
    }

    /** Messages may quote arguments and names, which may hold anything. */
    static String oneLine(String message) {
        return Names.escaped(message.replace('\n', ' ').strip());
    }
}
