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
 *   <li>the number that belongs to a word for steps: step, global_step, checkpoint, ckpt, iter, update or ba, behind the
 *       word ({@code epoch=3-step=100-v1}, {@code iter_0001000}, {@code step-1431k-3T}) or before it ({@code 1000steps});
 *   <li>else the one behind the word batch;
 *   <li>else the only number there is; that may be the epoch's.
 * </ol>
 *
 * <p>Versions ({@code -v1}), ranks, shards, dates, and decimal numbers such as losses are no steps. Where several numbers are
 * left, the name is ambiguous.
 */
final class StepName {

    /** What is between a word and its number. */
    private static final String GAP = "[=_.: -]{0,3}";

    /** A number, maybe in thousands or millions, which is not the start of a decimal number. */
    private static final String NUMBER = "(?<number>\\d+(?:\\.\\d+(?=[km]))?)(?<unit>[km](?![a-z]))?(?![.]?\\d)";

    private static final Pattern STEP = Pattern.compile("(?:steps?|checkpoints?"
            + "|(?<![a-z])(?:ckpts?|chkpt|iterations?|iters?|it|updates?|ba))" + GAP + NUMBER);

    private static final Pattern STEP_AFTER_NUMBER = Pattern.compile(
            "(?<![a-z\\d.])" + NUMBER + "[_. -]?(?:global_?)?(?:steps?|iterations?|iters?|it|updates?|ba)(?![a-z])");

    private static final Pattern BATCH = Pattern.compile("(?<![a-z])batch(?:es)?" + GAP + NUMBER);

    private static final Pattern EPOCH = Pattern.compile("(?<![a-z])(?:epochs?|ep)" + GAP + NUMBER);

    /** A number right behind another one, as in fairseq's {@code checkpoint_3_1000}: both may be the step. */
    private static final Pattern SECOND = Pattern.compile("^[_.-]{1,2}(?<number>\\d+)(?![\\da-z.])");

    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private static final Pattern VERSION = Pattern.compile("[-_.]v(?<number>\\d{1,6})(?![a-z\\d])");

    private static final Pattern SHARD = Pattern.compile("[_-]?\\d+[_-]of[_-]\\d+");

    /** A date with or without a time. */
    private static final Pattern DATE = Pattern.compile(
            "(?<!\\d)(?:19|20)\\d\\d(?<dash>[-_.]?)(?:0[1-9]|1[0-2])\\k<dash>(?:0[1-9]|[12]\\d|3[01])(?!\\d)"
                    + "(?:[t_ .-]?(?:[01]\\d|2[0-3])(?<colon>[-_:]?)[0-5]\\d\\k<colon>[0-5]\\d(?!\\d))?");

    /** Numbers that are known to be no steps. */
    private static final Pattern OTHERS = Pattern.compile(String.join("|",
            "(?<![a-z])v\\d+(?:\\.\\d+)*(?![a-z\\d])",
            "(?<![a-z])(?:rank|shard|part|worker|gpu|node|seed|fold|trial|size|bs|fp|bf|int|float)[=_-]?\\d+(?![.]\\d)",
            "\\d+(?:\\.\\d+)?e[+-]?\\d+",
            "\\d+(?:\\.\\d+)+",
            "(?<![\\d.])\\d+[bmkt](?![a-z\\d])"));

    private StepName() {}

    /** What a name tells. */
    sealed interface Reading permits Found, Ambiguous, None {}

    /**
     * The step.
     *
     * @param digits without leading zeros; may be too long for a long
     * @param version what follows {@code -v}, or 0: Lightning numbers files that would have the same name in this way
     * @param word what told it
     */
    record Found(String digits, int version, Word word) implements Reading {}

    /**
     * Several numbers may be the step.
     *
     * @param candidates the numbers, in the name's order
     */
    record Ambiguous(List<String> candidates) implements Reading {

        /** Copies the list. */
        public Ambiguous {
            candidates = List.copyOf(candidates);
        }
    }

    /** No number in the name may be the step. */
    record None() implements Reading {}

    /** What a number belongs to. */
    enum Word {
        /** A word for steps. */
        STEP,
        /** The word batch. */
        BATCH,
        /** The word epoch. */
        EPOCH,
        /** No word that is known. */
        NONE
    }

    /**
     * Reads a name.
     *
     * @param name of a folder, or of a file without the end that all checkpoints have, such as ".weights.safetensors"
     */
    static Reading of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        Reading withoutDates = ofLowerCase(DATE.matcher(lower).replaceAll("@"));
        if (!(withoutDates instanceof None)) {
            return withoutDates;
        }
        // Step 20,240,101 looks like a date; a word for steps tells the difference.
        return ofLowerCase(lower) instanceof Found found && found.word == Word.STEP ? found : withoutDates;
    }

    private static Reading ofLowerCase(String name) {
        Matcher versions = VERSION.matcher(name);
        int version = 0;
        while (versions.find()) {
            version = Integer.parseInt(versions.group("number"));
        }
        String whole = SHARD.matcher(name).replaceAll("@");
        Set<String> steps = numbers(STEP, whole);
        if (steps.isEmpty()) {
            steps = numbers(STEP_AFTER_NUMBER, whole);
        }
        if (!steps.isEmpty()) {
            return reading(steps, version, Word.STEP);
        }
        Set<String> batches = numbers(BATCH, whole);
        if (!batches.isEmpty()) {
            return reading(batches, version, Word.BATCH);
        }
        String rest = OTHERS.matcher(whole).replaceAll("@");
        Set<String> all = new LinkedHashSet<>();
        DIGITS.matcher(rest).results().forEach(digits -> all.add(withoutZeros(digits.group())));
        return reading(all, version, numbers(EPOCH, rest).isEmpty() ? Word.NONE : Word.EPOCH);
    }

    private static Reading reading(Set<String> numbers, int version, Word word) {
        return switch (numbers.size()) {
            case 0 -> new None();
            case 1 -> new Found(numbers.iterator().next(), version, word);
            default -> new Ambiguous(List.copyOf(numbers));
        };
    }

    private static Set<String> numbers(Pattern pattern, String name) {
        Set<String> numbers = new LinkedHashSet<>();
        Matcher matcher = pattern.matcher(name);
        while (matcher.find()) {
            numbers.add(number(matcher));
            Matcher second = SECOND.matcher(name.substring(matcher.end()));
            if (pattern != STEP_AFTER_NUMBER && second.find()) {
                numbers.add(withoutZeros(second.group("number")));
            }
        }
        return numbers;
    }

    private static String number(Matcher matcher) {
        String number = matcher.group("number");
        String unit = matcher.group("unit");
        if (unit == null) {
            return withoutZeros(number);
        }
        int zeros = unit.equals("k") ? 3 : 6;
        int point = number.indexOf('.');
        String whole = point < 0 ? number : number.substring(0, point);
        String fraction = (point < 0 ? "" : number.substring(point + 1)) + "0".repeat(zeros);
        return withoutZeros(whole + fraction.substring(0, zeros));
    }

    private static String withoutZeros(String digits) {
        String plain = digits.replaceFirst("^0+", "");
        return plain.isEmpty() ? "0" : plain;
    }
}
