package io.github.logalign.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Extracts the examples of the README: commands with their output, and Java code. */
final class Readme {

    private static final String INDENT = "    ";
    private static final String PROMPT = INDENT + "$ ";

    /** A number as shown in tables, CSV and sentences; the digits in names such as mlp2 do not count. */
    private static final Pattern NUMBER = Pattern.compile(
            "(?<![\\w.])[-+]?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?(?![\\w]|\\.\\d)");

    private Readme() {}

    /**
     * A command with its output.
     *
     * @param command the shell command
     * @param output the lines shown below it
     */
    record Example(String command, List<String> output) {
        @Override
        public String toString() {
            return command;
        }
    }

    static List<String> lines() throws IOException {
        return Files.readAllLines(Path.of("..", "..", "README.md"));
    }

    static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        List<String> output = null;
        for (String line : lines()) {
            if (line.startsWith(PROMPT)) {
                output = new ArrayList<>();
                examples.add(new Example(line.substring(PROMPT.length()), output));
            } else if (output != null && line.startsWith(INDENT)) {
                output.add(line.substring(INDENT.length()));
            } else {
                output = null;
            }
        }
        return examples;
    }

    /** The indented lines from the first one that starts with a given text, including blank lines between them. */
    static List<String> blockFrom(String start) throws IOException {
        List<String> all = lines();
        int first = all.indexOf(all.stream().filter(line -> line.startsWith(INDENT + start)).findFirst().orElseThrow());
        List<String> block = new ArrayList<>();
        for (String line : all.subList(first, all.size())) {
            if (!line.isEmpty() && !line.startsWith(INDENT)) {
                break;
            }
            block.add(line.isEmpty() ? "" : line.substring(INDENT.length()));
        }
        while (block.getLast().isEmpty()) {
            block.removeLast();
        }
        return block;
    }

    /** A line without its numbers and with normalised spaces, since the width of columns depends on the numbers. */
    static String withoutNumbers(String line) {
        return NUMBER.matcher(line).replaceAll("#").replaceAll("[ ]+", " ").strip();
    }

    static List<String> numbers(String line) {
        Matcher matcher = NUMBER.matcher(line);
        return matcher.results().map(MatchResult::group).toList();
    }

    /**
     * Whether two numbers are equal up to differences between CPUs: by at most one in the last digit shown, or by
     * rounding.
     */
    static boolean agree(String shown, String printed) {
        double a = Double.parseDouble(shown);
        double b = Double.parseDouble(printed);
        double rounding = 1e-12 * Math.abs(a) + 1e-14;
        return Math.abs(a - b) <= Math.max(rounding, significantDigits(shown) > 12 ? 0 : 1.01 * lastPlace(shown));
    }

    private static int significantDigits(String number) {
        return number.replaceFirst("e.*", "").replaceAll("[^0-9]", "").replaceFirst("^0+", "").length();
    }

    /** The tolerance of a number; zero for a whole number, which is exact. */
    private static double lastPlace(String number) {
        String mantissa = number.replaceFirst("e.*", "");
        int point = mantissa.indexOf('.');
        if (point < 0) {
            return 0;
        }
        int exponent = number.contains("e") ? Integer.parseInt(number.substring(number.indexOf('e') + 1)) : 0;
        return Math.pow(10, exponent - (mantissa.length() - point - 1));
    }
}
