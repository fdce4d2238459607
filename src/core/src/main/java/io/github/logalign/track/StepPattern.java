package io.github.logalign.track;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for the paths of weights below a run's folder: {@code {step}} stands for the digits of the step, {@code *} for
 * any characters but the slash, {@code ?} for one, all others for themselves.
 */
final class StepPattern {

    private static final String STEP = "{step}";

    private final Pattern regex;
    private final int depth;
    private final boolean temporaries;

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it does not hold {@code {step}} just once, or leads out of the folder
     */
    StepPattern(String text) {
        int at = text.indexOf(STEP);
        if (at < 0 || at != text.lastIndexOf(STEP)) {
            throw new IllegalArgumentException(
                    "a pattern holds {step} just once, as in ckpt-{step}/weights.safetensors");
        }
        String[] segments = text.split("/", -1);
        for (String segment : segments) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("a pattern is a path below the run's folder, without . and ..");
            }
        }
        this.depth = segments.length;
        this.temporaries = text.contains("tmp") || text.contains("temp");
        StringBuilder built = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i == at) {
                // A star beside the step must not take some of its digits.
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

    /** How many names a path that fits has. */
    int depth() {
        return depth;
    }

    /** Whether it asks for what is temporary by its name. */
    boolean namesTemporaries() {
        return temporaries;
    }

    /** The digits of the step in a path, its names separated by slashes; null if the path does not fit. */
    @Nullable
    String stepIn(String path) {
        Matcher matcher = regex.matcher(path);
        return matcher.matches() ? matcher.group(1) : null;
    }
}
