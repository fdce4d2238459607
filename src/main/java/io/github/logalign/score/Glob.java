package io.github.logalign.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern for names: {@code *} stands for any characters, {@code ?} for one, all others for themselves.
 *
 * <p>Thread safety: immutable.
 */
public final class Glob {

    private final String text;
    private final Pattern pattern;

    private Glob(String text) {
        this.text = text;
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*') {
                regex.append("(.*)");
            } else if (c == '?') {
                regex.append("(.)");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        this.pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /**
     * Makes a pattern.
     *
     * @param text the pattern
     * @return the glob
     */
    public static Glob of(String text) {
        return new Glob(text);
    }

    /**
     * Tells whether a name fits.
     *
     * @param name any string
     * @return true if all of it fits
     */
    public boolean matches(String name) {
        return pattern.matcher(name).matches();
    }

    /** What the wildcards stand for in a name, if it fits. */
    Optional<List<String>> captures(String name) {
        Matcher matcher = pattern.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<String> captures = new ArrayList<>();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            captures.add(matcher.group(group));
        }
        return Optional.of(captures);
    }

    /** The number of wildcards. */
    int wildcards() {
        return (int) text.chars().filter(c -> c == '*' || c == '?').count();
    }

    /** This pattern with its wildcards replaced, one after the other. */
    String fill(List<String> captures) {
        StringBuilder filled = new StringBuilder();
        int next = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*' || c == '?') {
                filled.append(captures.get(next++));
            } else {
                filled.append(c);
            }
        }
        return filled.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
