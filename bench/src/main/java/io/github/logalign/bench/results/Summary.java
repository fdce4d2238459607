package io.github.logalign.bench.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes what is derived from the results: the page of each machine's comparison, and the table of goals in the pages that
 * quote it.
 */
public final class Summary {

    private static final String BEGIN = "<!-- table: written by Summary -->\n";
    private static final String END = "<!-- end of table -->\n";

    private static final Path GOALS = Path.of("bench", "README.md");
    private static final Path FRONT = Path.of("README.md");

    private Summary() {}

    /** The file of a case on a machine. */
    public static Path fileOf(Machine machine, String caseName) {
        return Results.FOLDER.resolve(machine.folder()).resolve(Results.fileOf(caseName));
    }

    /** Writes all pages. */
    public static void main(String[] none) throws IOException {
        write();
    }

    /** Writes all pages; paths are relative to the project's root. */
    public static void write() throws IOException {
        for (Map.Entry<Path, String> page : pages().entrySet()) {
            Files.writeString(page.getKey(), page.getValue());
        }
    }

    /** The pages that differ from what the results say. */
    static List<Path> outdated() throws IOException {
        List<Path> outdated = new ArrayList<>();
        for (Map.Entry<Path, String> page : pages().entrySet()) {
            if (!Files.exists(page.getKey()) || !Files.readString(page.getKey()).equals(page.getValue())) {
                outdated.add(page.getKey());
            }
        }
        return outdated;
    }

    /** Each page as it must be. */
    private static Map<Path, String> pages() throws IOException {
        List<Results> all = all();
        Map<Path, String> pages = new LinkedHashMap<>();
        for (Results results : all) {
            if (!results.cases().isEmpty()) {
                pages.put(Results.FOLDER.resolve(results.machine().folder()).resolve("comparison.md"),
                        comparison(results));
            }
        }
        pages.put(GOALS, withTable(Files.readString(GOALS), table(all)));
        pages.put(FRONT, withTable(Files.readString(FRONT), ratios(all)));
        return pages;
    }

    private static List<Results> all() throws IOException {
        List<Path> folders;
        try (Stream<Path> files = Files.list(Results.FOLDER)) {
            folders = files.filter(Files::isDirectory).sorted().toList();
        }
        List<Results> all = new ArrayList<>();
        for (Path folder : folders) {
            all.add(Results.read(folder));
        }
        return all;
    }

    private static String withTable(String page, String table) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("a page has no place for its table");
        }
        return page.substring(0, begin + BEGIN.length()) + table + page.substring(end);
    }

    /** Goals by machines; a ratio that is less than wanted is bold. */
    static String table(List<Results> all) {
        StringBuilder text = new StringBuilder("| what | goal on AVX2; on AVX-512 |");
        all.forEach(results -> text.append(' ').append(results.machine().folder()).append(" |"));
        text.append("\n| --- | --- |").append(" --- |".repeat(all.size())).append('\n');
        for (Goal goal : Goals.ALL) {
            text.append("| ").append(goal.what()).append(" | ").append(wanted(goal)).append(" |");
            for (Results results : all) {
                text.append(' ').append(reached(goal, results)).append(" |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** What was reached for whole layers and models, where some of it was measured. */
    static String ratios(List<Results> all) {
        List<Results> machines = all.stream()
                .filter(results -> Goals.SCORES.stream().anyMatch(goal -> isMeasured(goal, results))).toList();
        StringBuilder text = new StringBuilder("| what |");
        machines.forEach(results -> text.append(' ').append(results.machine().folder()).append(" |"));
        text.append("\n| --- |").append(" --- |".repeat(machines.size())).append('\n');
        for (Goal goal : Goals.SCORES) {
            if (machines.stream().anyMatch(results -> isMeasured(goal, results))) {
                text.append("| ").append(goal.what()).append(" |");
                machines.forEach(
                        results -> text.append(' ').append(reached(goal, results).replace("**", "")).append(" |"));
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static boolean isMeasured(Goal goal, Results results) {
        return goal.ratios().stream().anyMatch(ratio -> ratio.in(results).isPresent());
    }

    private static String wanted(Goal goal) {
        String narrow = numbers(goal.wanted().narrow());
        String wide = numbers(goal.wanted().wide());
        return narrow.equals(wide) ? narrow : narrow + "; " + wide;
    }

    private static String numbers(List<Double> numbers) {
        return numbers.stream().map(Summary::number).collect(Collectors.joining(", "));
    }

    private static String number(double ratio) {
        return String.format(Locale.ROOT, ratio < 10 ? "%.2f" : "%.1f", ratio);
    }

    private static String reached(Goal goal, Results results) {
        if (!isMeasured(goal, results)) {
            return "";
        }
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < goal.ratios().size(); i++) {
            int index = i;
            cells.add(goal.ratios().get(i).in(results).map(value -> goal.isReached(index, value, results.machine())
                    ? number(value)
                    : "**" + number(value) + "**").orElse("-"));
        }
        return String.join(", ", cells);
    }

    /** All cases of a machine. */
    private static String comparison(Results results) {
        StringBuilder text = new StringBuilder("# Comparison\n\n");
        line(text,
                "Seconds are the third of three equal computations in one process, \"later\" the median of the last five "
                        + "of 10 to 80, \"once\" the only one; median, fastest and slowest of all rounds, and the median of the "
                        + "first computations.");
        for (CaseResult each : results.cases()) {
            line(text, "\n## %s\n\n%s\n", each.name(), each.conditions());
            line(text, "| who | version | median s | fastest | slowest | first | time relative to the first row |");
            line(text, "| --- | --- | ---: | ---: | ---: | ---: | ---: |");
            for (CaseResult.Row row : each.rows()) {
                String first = row.first().isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, "%.4f", CaseResult.median(row.first()));
                line(text, "| %s | %s | %.4f | %.4f | %.4f | %s | %.2f |", row.name(), row.version(), row.median(),
                        row.fastest(), row.slowest(), first, row.median() / each.rows().getFirst().median());
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
