package io.github.logalign.track;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for the paths of weights below the folder of a run. {@code {step}} matches the digits of the step, {@code
 * *} any characters except the slash, {@code ?} one such character; all other characters match themselves.
 */
final class StepPattern {

    private static final String STEP = "{step}";

    private final Pattern regex;
    private final int depth;
    private final boolean temporaries;

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException if the pattern does not contain {@code {step}} exactly once, or leads out of the
     *     folder
     */
    StepPattern(String text) {
        int at = text.indexOf(STEP);
        if (at < 0 || at != text.lastIndexOf(STEP)) {
            throw new IllegalArgumentException(
                    "a pattern must contain {step} exactly once, as in ckpt-{step}/weights.safetensors");
        }
        String[] segments = text.split("/", -1);
        for (String segment : segments) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("a pattern must be a path below the folder of the run, without . "
                        + "and ..");
            }
        }
        this.depth = segments.length;
        this.temporaries = text.contains("tmp") || text.contains("temp");
        StringBuilder built = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i == at) {
                // A star beside the step must not match digits of the step.
                boolean starBefore = at > 0 && text.charAt(at - 1) == '*';
                boolean starBehind = text.startsWith("*", at + STEP.length());
                built.append(starBefore ? "(?<!\\d)" : "").append("(\\d+)").append(starBehind ? "(?!\\d)" : "");
                i += STEP.length() - 1;
                continue;
            }
            char c = text.charAt(i);
            built.append(
                    switch (c) {
                        case '*' -> "[^/]*";
                        case '?' -> "[^/]";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        this.regex = Pattern.compile(built.toString(), Pattern.DOTALL);
    }

    /** The number of names in a path that matches. */
    int depth() {
        return depth;
    }

    /** Whether the pattern names temporary files explicitly. */
    boolean namesTemporaries() {
        return temporaries;
    }

    /** The digits of the step in a path whose names are separated by slashes; null if the path does not match. */
    @Nullable
    String stepIn(String path) {
        Matcher matcher = regex.matcher(path);
        return matcher.matches() ? matcher.group(1) : null;
    }
}
