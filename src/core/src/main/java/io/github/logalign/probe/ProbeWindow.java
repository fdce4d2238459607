package io.github.logalign.probe;

import io.github.logalign.internal.check.Arguments;
import java.time.Duration;

/**
 * Which tokens a snapshot stands for. A window moves in steps: it is divided into panes, and the oldest pane is forgotten as
 * a whole when a new one begins. A snapshot covers all panes, the newest of which is being filled.
 *
 * @param kind what its length counts
 * @param length sampled tokens, or nanoseconds; ignored for {@link Kind#EVERYTHING}
 * @param panes how many, from 1 to 1,024
 */
public record ProbeWindow(Kind kind, long length, int panes) {

    /** All tokens since the weights were set. */
    public static final ProbeWindow EVERYTHING = new ProbeWindow(Kind.EVERYTHING, 1, 1);

    private static final int MOST_PANES = 1024;
    private static final int DEFAULT_PANES = 8;

    /** What the length of a window counts. */
    public enum Kind {
        /** The window has no end. */
        EVERYTHING,
        /** Sampled tokens. */
        TOKENS,
        /** Nanoseconds. */
        TIME
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if there are no panes or too many, or the window is shorter than its panes are many
     */
    public ProbeWindow {
        Arguments.required(kind, "kind");
        if (panes < 1 || panes > MOST_PANES) {
            throw new IllegalArgumentException("a window has 1 to " + MOST_PANES + " panes, not " + panes);
        }
        if (length < panes) {
            throw new IllegalArgumentException("a window of " + length + " cannot have " + panes + " panes");
        }
    }

    /**
     * The last tokens that were sampled, in 8 panes.
     *
     * @param tokens how many, at least 8
     * @return the window
     */
    public static ProbeWindow lastTokens(long tokens) {
        return new ProbeWindow(Kind.TOKENS, tokens, DEFAULT_PANES);
    }

    /**
     * The tokens of the last time, in 8 panes.
     *
     * @param time how long, at least 8 nanoseconds and at most 292 years
     * @return the window
     */
    public static ProbeWindow last(Duration time) {
        try {
            return new ProbeWindow(Kind.TIME, Arguments.required(time, "time").toNanos(), DEFAULT_PANES);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("a window of " + time + " is longer than 292 years", overflow);
        }
    }

    /**
     * The same in more or fewer panes.
     *
     * @param newPanes how many
     * @return the window
     */
    public ProbeWindow withPanes(int newPanes) {
        return new ProbeWindow(kind, length, newPanes);
    }

    /** The number of the pane that the next token falls into. */
    long pane(long sampledTokens, long nanoseconds) {
        long pane = length / panes;
        return switch (kind) {
            case EVERYTHING -> 0;
            case TOKENS -> sampledTokens / pane;
            case TIME -> Math.floorDiv(nanoseconds, pane);
        };
    }
}
