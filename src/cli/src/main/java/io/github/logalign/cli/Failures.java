package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;

/** Describes a failure in one line. */
final class Failures {

    private Failures() {}

    /** The line, with all unprintable characters escaped. */
    static String line(Throwable failure) {
        return oneLine(switch (failure) {
            case LogalignException known -> String.valueOf(known.getMessage());
            case IllegalArgumentException wrong -> String.valueOf(wrong.getMessage());
            case IOException io -> "the result cannot be written (" + Reasons.of(io) + "); check the place to write to";
            case OutOfMemoryError memory -> outOf(memory);
            default ->
                "unexpected " + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                        + "; rerun with --stacktrace and report this";
        });
    }

    /** The JVM also reports a refused thread as running out of memory. */
    private static String outOf(OutOfMemoryError error) {
        return String.valueOf(error.getMessage()).contains("native thread")
                ? "the system allows no more threads; raise the limit on processes (ulimit -u, or the container's), "
                        + "or use fewer threads"
                : "out of memory; raise -Xmx with LOGALIGN_OPTS, or use fewer threads";
    }

    /** Escapes a message, since quoted arguments and names may contain any characters. */
    static String oneLine(String message) {
        return Names.escaped(message.replace('\n', ' ').strip());
    }
}
