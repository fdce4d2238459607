package io.github.logalign.track;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the training step from the name of a file or folder, as training frameworks write it. The step is
 *
 * <ol>
 *   <li>the number that belongs to a word for steps: step, global_step, checkpoint, ckpt, iter, update or ba, after the
 *       word ({@code epoch=3-step=100-v1}, {@code iter_0001000}, {@code step-1431k-3T}) or before it
 *       ({@code 1000steps});
 *   <li>otherwise the number after the word batch;
 *   <li>otherwise the only number in the name, which may be that of the epoch.
 * </ol>
 *
 * <p>{@link StepNumber} describes the forms of numbers. Versions ({@code -v1}), ranks, shards, dates, and decimal
 * numbers such as losses are not steps. If several numbers remain, the name is ambiguous.
 */
final class StepName {

    /** The separators between a word and its number. */
    private static final String GAP = "[=_.: -]{0,3}(?=\\d)";

    private static final Pattern STEP = Pattern.compile("(?:steps?|checkpoints?"
            + "|(?<![a-z])(?:ckpts?|chkpt|iterations?|iters?|it|updates?|ba))" + GAP);

    /** The position at which a number that precedes its word may start. */
    private static final Pattern START = Pattern.compile("(?<![a-z\\d.,'])(?=\\d)");

    private static final Pattern STEP_BEHIND = Pattern.compile(
            "[_. -]?(?:global_?)?(?:steps?|iterations?|iters?|it|updates?|ba)(?![a-z])");

    private static final Pattern BATCH = Pattern.compile("(?<![a-z])batch(?:es)?" + GAP);

    private static final Pattern EPOCH = Pattern.compile("(?<![a-z])(?:epochs?|ep)" + GAP);

    /** A number directly after another one, as in fairseq's {@code checkpoint_3_1000}: either may be the step. */
    private static final Pattern SECOND = Pattern.compile("[_. -]{1,2}(?<number>\\d+)(?![\\da-z.])");

    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private static final Pattern VERSION = Pattern.compile("[-_.]v(?<number>\\d{1,6})(?![a-z\\d])");

    private static final Pattern SHARD = Pattern.compile("[_-]?\\d+[_-]of[_-]\\d+");

    /** A date with or without a time. */
    private static final Pattern DATE = Pattern.compile(
            "(?<!\\d)(?:19|20)\\d\\d(?<dash>[-_.]?)(?:0[1-9]|1[0-2])\\k<dash>(?:0[1-9]|[12]\\d|3[01])(?!\\d)"
                    + "(?:[t_ .-]?(?:[01]\\d|2[0-3])(?<colon>[-_:]?)[0-5]\\d\\k<colon>[0-5]\\d(?!\\d))?");

    /** Numbers that are known not to be steps. */
    private static final Pattern OTHERS = Pattern.compile(String.join("|",
            "(?<![a-z])v\\d+(?:\\.\\d+)*(?![a-z\\d])",
            "(?<![a-z])(?:rank|shard|part|worker|gpu|node|seed|fold|trial|size|bs|fp|bf|int|float)[=_-]?\\d+(?![.]\\d)",
            "\\d+(?:\\.\\d+)?e[+-]?\\d+",
            "\\d+(?:\\.\\d+)+",
            "(?<![\\d.])\\d+[bmkt](?![a-z\\d])"));

    private StepName() {}

    /** The result of reading a name. */
    sealed interface Reading permits Found, Ambiguous, Unknown, None {}

    /**
     * The step.
     *
     * @param digits the digits without leading zeros; the number may exceed the range of a long
     * @param version the number after {@code -v}, or 0; Lightning adds it to files that would otherwise have the same
     *     name
     * @param word the word that marked the number as the step
     * @param epoch the digits of the epoch if the name contains it beside the step, otherwise empty
     */
    record Found(String digits, int version, Word word, String epoch) implements Reading {}

    /**
     * Several numbers may be the step.
     *
     * @param candidates the numbers, in their order in the name
     */
    record Ambiguous(List<String> candidates) implements Reading {

        /** Copies the list. */
        public Ambiguous {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * The digits in the position of the step belong to a token that cannot be parsed.
     *
     * @param token the token
     */
    record Unknown(String token) implements Reading {}

    /** No number in the name can be the step. */
    record None() implements Reading {}

    /** The word that a number belongs to. */
    enum Word {
        /** A word for steps. */
        STEP,
        /** The word batch. */
        BATCH,
        /** The word epoch. */
        EPOCH,
        /** No known word. */
        NONE
    }

    /**
     * Reads a name.
     *
     * @param name the name of a folder, or of a file without the suffix common to all checkpoints, such as
     *     ".weights.safetensors"
     */
    static Reading of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        Reading withoutDates = ofLowerCase(DATE.matcher(lower).replaceAll("@"));
        if (!(withoutDates instanceof None)) {
            return withoutDates;
        }
        // Step 20,240,101 looks like a date. A word for steps shows that it is none.
        return ofLowerCase(lower) instanceof Found found && found.word == Word.STEP ? found : withoutDates;
    }

    private static Reading ofLowerCase(String name) {
        Matcher versions = VERSION.matcher(name);
        int version = 0;
        while (versions.find()) {
            version = Integer.parseInt(versions.group("number"));
        }
        String whole = SHARD.matcher(name).replaceAll("@");
        Numbers epochs = after(EPOCH, whole);
        String epoch = epochs.all.size() == 1 ? epochs.all.iterator().next() : "";
        Numbers steps = after(STEP, whole);
        if (steps.all.isEmpty()) {
            before(whole, steps);
        }
        if (!steps.isEmpty()) {
            return steps.reading(version, Word.STEP, epoch);
        }
        Numbers batches = after(BATCH, whole);
        if (!batches.isEmpty()) {
            return batches.reading(version, Word.BATCH, epoch);
        }
        String rest = OTHERS.matcher(whole).replaceAll("@");
        return all(rest).reading(version, after(EPOCH, rest).all.isEmpty() ? Word.NONE : Word.EPOCH, "");
    }

    /** Numbers that may be the step, and the first token that cannot be parsed. */
    private static final class Numbers {

        private final Set<String> all = new LinkedHashSet<>();
        private String unknown = "";

        private boolean isEmpty() {
            return all.isEmpty() && unknown.isEmpty();
        }

        private boolean add(String name, int start, StepNumber number) {
            boolean negative = StepNumber.isNegative(name, start);
            if (number.kind() == StepNumber.Kind.WHOLE && !negative) {
                all.add(number.text());
                return true;
            }
            if (number.kind() == StepNumber.Kind.UNKNOWN || negative) {
                unknown = unknown.isEmpty() ? (negative ? "-" : "") + number.text() : unknown;
            }
            return false;
        }

        private Reading reading(int version, Word word, String epoch) {
            return switch (all.size()) {
                case 0 -> unknown.isEmpty() ? new None() : new Unknown(unknown);
                case 1 -> new Found(all.iterator().next(), version, word, epoch);
                default -> new Ambiguous(List.copyOf(all));
            };
        }
    }

    /** The numbers after a word. */
    private static Numbers after(Pattern word, String name) {
        Numbers numbers = new Numbers();
        Matcher words = word.matcher(name);
        while (words.find()) {
            int start = words.end();
            StepNumber number = StepNumber.at(name, start);
            if (!numbers.add(name, start, number)) {
                continue;
            }
            Matcher second = SECOND.matcher(name).region(number.end(), name.length());
            if (second.lookingAt()) {
                numbers.all.add(withoutZeros(second.group("number")));
            }
            StepNumber groups = StepNumber.groupsAt(name, start);
            if (groups != null) {
                numbers.all.add(groups.text());
            }
        }
        return numbers;
    }

    /** Adds the numbers before a word for steps. */
    private static void before(String name, Numbers numbers) {
        Matcher starts = START.matcher(name);
        while (starts.find()) {
            StepNumber number = StepNumber.at(name, starts.start());
            if (isBeforeWord(name, number)) {
                numbers.add(name, starts.start(), number);
            }
            StepNumber groups = StepNumber.groupsAt(name, starts.start());
            if (groups != null && isBeforeWord(name, groups)) {
                numbers.all.add(groups.text());
            }
        }
    }

    private static boolean isBeforeWord(String name, StepNumber number) {
        return STEP_BEHIND.matcher(name).region(number.end(), name.length()).useTransparentBounds(true).lookingAt();
    }

    /** All remaining numbers. Digits within an unparsed token do not count on their own. */
    private static Numbers all(String rest) {
        Numbers numbers = new Numbers();
        Matcher digits = DIGITS.matcher(rest);
        boolean whole = false;
        int end = 0;
        while (digits.find()) {
            if (digits.start() < end) {
                continue;
            }
            StepNumber number = StepNumber.at(rest, digits.start());
            if (numbers.add(rest, digits.start(), number)) {
                whole = true;
                end = number.end();
            } else {
                numbers.all.add(withoutZeros(digits.group()));
            }
        }
        if (!whole && numbers.all.size() == 1) {
            numbers.all.clear();
        }
        return numbers;
    }

    private static String withoutZeros(String digits) {
        String plain = digits.replaceFirst("^0+", "");
        return plain.isEmpty() ? "0" : plain;
    }
}
