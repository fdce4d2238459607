package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Columns of text for people: the first holds names, flush left; numbers are flush right, texts flush left.
 *
 * <p>Where a terminal is too narrow, these give way until every line fits: names down to {@value #NAME} characters, columns
 * without any value, texts (which then stand below their rows), dispensable columns, and names again. Numbers are never
 * cut.
 */
public final class Table {

    /** Stands where there is no value. */
    static final String NONE = "-";

    /** Names are not cut below this length as long as a column can give way. */
    private static final int NAME = 20;

    private static final String GAP = "  ";
    private static final String BELOW = "    ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();
    private List<String> texts = List.of();
    private List<String> dispensable = List.of();

    /**
     * Makes a table.
     *
     * @param headings the names of the columns
     */
    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /**
     * Says which columns hold texts of any length.
     *
     * @param columns their headings
     * @return this
     */
    public Table texts(String... columns) {
        texts = List.of(columns);
        return this;
    }

    /**
     * Says which columns are left out where the terminal is too narrow.
     *
     * @param columns their headings, the one to leave out first in front; those that the table lacks do not count
     * @return this
     */
    Table dispensable(List<String> columns) {
        dispensable = columns;
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells one for each column; escaped here
     */
    public void add(List<String> cells) {
        rows.add(cells.stream().map(Names::escaped).toList());
    }

    /**
     * The table as text.
     *
     * @param width how many characters a line may have
     * @return lines, each with its end
     */
    public String format(int width) {
        int[] widths = widths();
        List<Integer> shown = new ArrayList<>(IntStream.range(0, widths.length).boxed().toList());
        List<String> leftOut = new ArrayList<>();
        for (int column : yielding()) {
            if (Math.min(widths[0], NAME) + others(widths, shown) <= width) {
                break;
            }
            shown.remove(Integer.valueOf(column));
            if (!isText(column) && !isEmpty(column)) {
                leftOut.add(headings.get(column));
            }
        }
        widths[0] = Math.clamp(width - others(widths, shown), 1, widths[0]);
        List<String> names = Ellipsis.shortenAll(rows.stream().map(List::getFirst).toList(), widths[0]);
        StringBuilder text = new StringBuilder();
        append(text, Ellipsis.shorten(headings.getFirst(), widths[0]), headings, shown, widths);
        for (int row = 0; row < rows.size(); row++) {
            append(text, names.get(row), rows.get(row), shown, widths);
            appendTexts(text, rows.get(row), shown, width);
        }
        if (!leftOut.isEmpty()) {
            text.append(
                    Wrapping.lines("left out, since the terminal is narrow: " + String.join(", ", leftOut), width, ""));
        }
        return text.toString();
    }

    /** The columns that may give way, in this order. */
    private Set<Integer> yielding() {
        Set<Integer> columns = new LinkedHashSet<>();
        IntStream.range(1, headings.size()).filter(this::isEmpty).forEach(columns::add);
        texts.reversed().forEach(heading -> columns.add(headings.indexOf(heading)));
        dispensable.stream().map(headings::indexOf).filter(column -> column > 0).forEach(columns::add);
        return columns;
    }

    private boolean isEmpty(int column) {
        return rows.stream().map(row -> row.get(column)).allMatch(Table::isNone);
    }

    private static boolean isNone(String cell) {
        return cell.isEmpty() || cell.equals(NONE);
    }

    private boolean isText(int column) {
        return texts.contains(headings.get(column));
    }

    private void append(StringBuilder text, String name, List<String> cells, List<Integer> shown, int[] widths) {
        StringBuilder line = new StringBuilder(padded(name, widths[0], true));
        for (int column : shown.subList(1, shown.size())) {
            line.append(GAP).append(padded(cells.get(column), widths[column], isText(column)));
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    /** The texts for which there was no room in the line of their row. */
    private void appendTexts(StringBuilder text, List<String> cells, List<Integer> shown, int width) {
        for (String heading : texts) {
            int column = headings.indexOf(heading);
            if (!shown.contains(column) && !isNone(cells.get(column))) {
                text.append(Wrapping.lines(BELOW + cells.get(column), width, BELOW));
            }
        }
    }

    private int[] widths() {
        int[] widths = headings.stream().mapToInt(Table::length).toArray();
        for (List<String> row : rows) {
            Arrays.setAll(widths, column -> Math.max(widths[column], length(row.get(column))));
        }
        return widths;
    }

    /** What the columns after the first take, with the gaps before them. */
    private static int others(int[] widths, List<Integer> shown) {
        return shown.stream().skip(1).mapToInt(column -> GAP.length() + widths[column]).sum();
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static String padded(String cell, int width, boolean left) {
        String space = " ".repeat(Math.max(0, width - length(cell)));
        return left ? cell + space : space + cell;
    }
}
