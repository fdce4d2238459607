package io.github.logalign.track;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A number within a name: {@code 1500}, {@code 1,500}, {@code 1e3}, {@code 1.5k}, {@code 2M}, {@code 2B}. A token that
 * merely starts with digits, such as {@code 12ab} or {@code 1,50}, is of unknown kind; no part of it is read as a
 * number.
 *
 * @param kind the kind of number
 * @param text the digits of a whole number without leading zeros, otherwise the token as in the name
 * @param end the index in the name at which the number ends
 */
record StepNumber(Kind kind, String text, int end) {

    /** The kinds of numbers. */
    enum Kind {
        /** A whole number. */
        WHOLE,
        /** A decimal number or a version, such as a loss. */
        DECIMAL,
        /** Digits that are part of a token that cannot be parsed. */
        UNKNOWN
    }

    /** Words that may directly follow a number. */
    private static final String WORDS = "(?:(?:global_?)?(?:steps?|iterations?|iters?|it|updates?|ba)|batch(?:es)?|epochs?|ep"
            + "|checkpoints?|ckpts?|rank|shard|seed|tokens?|loss|val|train|test|acc|weights?|model|ema|final|best)(?![a-z])"
            + "|v\\d+(?![a-z\\d])";

    private static final String END = "(?:(?![a-z\\d]|[^a-z\\d_@ ()\\[\\]=-]\\d)|(?=" + WORDS + "))";

    private static final Pattern WHOLE = Pattern
            .compile("(?<mantissa>[1-9]\\d{0,2}(?:,\\d{3})+|\\d+(?:\\.\\d+(?=[kmbe]))?)"
                    + "(?:e\\+?(?<exponent>\\d{1,2})|(?<unit>[kmb]))?" + END);

    private static final Pattern DECIMAL = Pattern.compile("\\d+(?:\\.\\d+)+(?![\\da-z])");

    private static final Pattern TOKEN = Pattern.compile("\\d+(?:\\.\\d+)?e-\\d+|[^_@ =-]+");

    private static final Pattern GROUPS = Pattern.compile("[1-9]\\d{0,2}(?:[_ ]\\d{3})+(?![a-z\\d])");

    /** Reads the number that starts at a digit. */
    static StepNumber at(String name, int start) {
        Matcher decimal = DECIMAL.matcher(name).region(start, name.length()).useTransparentBounds(true);
        if (decimal.lookingAt()) {
            return new StepNumber(Kind.DECIMAL, decimal.group(), decimal.end());
        }
        Matcher whole = WHOLE.matcher(name).region(start, name.length()).useTransparentBounds(true);
        if (whole.lookingAt()) {
            String digits = digits(whole);
            if (digits != null) {
                return new StepNumber(Kind.WHOLE, digits, whole.end());
            }
        }
        Matcher token = TOKEN.matcher(name).region(start, name.length());
        boolean found = token.lookingAt();
        return new StepNumber(Kind.UNKNOWN, found ? token.group() : "", found ? token.end() : start + 1);
    }

    /** Reads groups of three digits, as in 1_500, as one number, though they may be several; null if there are none. */
    static @Nullable StepNumber groupsAt(String name, int start) {
        Matcher groups = GROUPS.matcher(name).region(start, name.length()).useTransparentBounds(true);
        return groups.lookingAt()
                ? new StepNumber(Kind.WHOLE, groups.group().replaceAll("[_ ]", ""), groups.end())
                : null;
    }

    /** Whether a hyphen before digits is a minus sign, which it is after another separator. */
    static boolean isNegative(String name, int start) {
        return start > 1 && name.charAt(start - 1) == '-' && "=_.: -".indexOf(name.charAt(start - 2)) >= 0;
    }

    /** The digits of the value, or null if it is not a whole number. */
    private static @Nullable String digits(Matcher matcher) {
        BigDecimal mantissa = new BigDecimal(matcher.group("mantissa").replace(",", ""));
        String exponent = matcher.group("exponent");
        String unit = matcher.group("unit");
        int zeros = exponent != null ? Integer.parseInt(exponent) : unit == null ? 0 : 3 * (1 + "kmb".indexOf(unit));
        BigDecimal value = mantissa.scaleByPowerOfTen(zeros).stripTrailingZeros();
        return value.scale() > 0 ? null : value.toPlainString();
    }
}
