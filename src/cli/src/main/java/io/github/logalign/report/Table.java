package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import java.util.ArrayList;
import java.util.List;

/** Columns of text for people: the first is flush left and gives way when the terminal is narrow, the others flush right. */
public final class Table {

    private static final String GAP = "  ";
    private static final int SHORTEST = 12;

    private final List<List<String>> lines = new ArrayList<>();

    /**
     * Makes a table.
     *
     * @param header the names of the columns
     */
    public Table(String... header) {
        lines.add(List.of(header));
    }

    /**
     * Adds a line.
     *
     * @param cells one for each column; escaped here
     */
    public void add(List<String> cells) {
        lines.add(cells.stream().map(Names::escaped).toList());
    }

    /**
     * The table as text.
     *
     * @param width how many characters a line may have, if there is room for that
     * @return lines, each with its end
     */
    public String format(int width) {
        int columns = lines.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], length(line.get(c)));
            }
        }
        int others = 0;
        for (int c = 1; c < columns; c++) {
            others += GAP.length() + widths[c];
        }
        widths[0] = Math.min(widths[0], Math.max(SHORTEST, width - others));
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder formatted = new StringBuilder(
                    padded(Ellipsis.shorten(line.getFirst(), widths[0]), widths[0], true));
            for (int c = 1; c < columns; c++) {
                formatted.append(GAP).append(padded(line.get(c), widths[c], false));
            }
            text.append(formatted.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static String padded(String cell, int width, boolean left) {
        String space = " ".repeat(Math.max(0, width - length(cell)));
        return left ? cell + space : space + cell;
    }
}
