package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Text and numbers for a page. All text that comes from a file goes through {@link #name} or {@link #text}. */
final class HtmlText {

    private HtmlText() {}

    /** A name, escaped and shortened. */
    static String name(String name) {
        return entities(Names.printable(name));
    }

    /** Text of any length, escaped. */
    static String text(String text) {
        return entities(Names.escaped(text));
    }

    private static String entities(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    /** A number in a table; an en dash for null and NaN. */
    static String number(String format, @Nullable Double value) {
        if (value == null) {
            return "–";
        }
        if (value.isInfinite()) {
            return value > 0 ? "∞" : "−∞";
        }
        return String.format(Locale.ROOT, format, value).replace('-', '−');
    }

    /** A number with about four significant digits, in everyday notation. */
    static String plain(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e6) {
            return number("%.0f", value);
        }
        if (size >= 1e6 || size < 1e-4) {
            return number("%.2e", value);
        }
        return number(size >= 100 ? "%.1f" : size >= 1 ? "%.3f" : "%.4f", value);
    }

    /** A number of things, such as 1 layer or 2 layers. */
    static String count(long number, String what) {
        return step(number) + " " + what + (number == 1 ? "" : "s");
    }

    /** A training step, with spaces between groups of three digits. */
    static String step(long step) {
        return String.format(Locale.ROOT, "%,d", step).replace(',', '\u202f');
    }
}
