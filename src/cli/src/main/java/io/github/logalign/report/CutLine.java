package io.github.logalign.report;

import io.github.logalign.internal.io.CsvReader;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Detects an incomplete last line in a CSV log that is still being written. Such a line has no line end and may stop in
 * the middle of a number. Many complete files lack the last line end too, so the content of the line decides.
 */
final class CutLine {

    /** The note about an incomplete last line. */
    static final String NOTE = "the last line is incomplete and was skipped";

    /** A number that is not complete. */
    private static final Pattern STARTED = Pattern.compile(".*[-+.]|.*[\\d.][eE]", Pattern.DOTALL);

    private CutLine() {}

    /**
     * Whether the last line is incomplete: cells are missing, the last cell is incomplete, or a step is smaller than
     * the one before.
     */
    static boolean isLastOf(Path path, String text) {
        String before = without(text);
        String last = text.substring(before.length());
        if (last.isBlank() || before.isBlank() || hasOpenQuote(before)) {
            return false;
        }
        if (hasOpenQuote(last)) {
            return true;
        }
        List<List<String>> lines = CsvReader.read(path, before);
        List<String> header = lines.getFirst();
        List<String> cells = CsvReader.read(path, last).getFirst();
        if (cells.size() != header.size()) {
            return cells.size() < header.size();
        }
        String cell = cells.getLast().strip();
        String above = lines.size() > 1 ? lines.getLast().getLast().strip() : "";
        if (STARTED.matcher(cell).matches()) {
            return lines.size() == 1 || Metrics.isValue(above);
        }
        boolean stepIsLast = MetricNames.stepColumn(header.stream().map(String::strip).toList()) == header.size() - 1;
        return lines.size() > 1 && Metrics.isValue(above)
                && (!Metrics.isValue(cell) || (stepIsLast && isLess(cell, above)));
    }

    private static boolean isLess(String cell, String above) {
        try {
            return Double.parseDouble(cell) < Double.parseDouble(above);
        } catch (NumberFormatException missing) {
            return false;
        }
    }

    private static boolean hasOpenQuote(String text) {
        return text.chars().filter(c -> c == '"').count() % 2 != 0;
    }

    /** The text without its last line. */
    static String without(String text) {
        return text.substring(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
    }
}
