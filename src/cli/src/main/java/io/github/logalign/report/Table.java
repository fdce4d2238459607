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
        int[] widths = widths();
        int columns = widths.length;
        int others = others(widths);
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

    /**
     * Tells whether lines hold every cell whole.
     *
     * @param width how many characters a line may have
     * @return false if the first column would have to give way
     */
    public boolean fits(int width) {
        int[] widths = widths();
        return widths[0] + others(widths) <= width;
    }

    private int[] widths() {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], length(line.get(c)));
            }
        }
        return widths;
    }

    /** What all columns but the first take, with the gaps before them. */
    private static int others(int[] widths) {
        int others = 0;
        for (int c = 1; c < widths.length; c++) {
            others += GAP.length() + widths[c];
        }
        return others;
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static String padded(String cell, int width, boolean left) {
        String space = " ".repeat(Math.max(0, width - length(cell)));
        return left ? cell + space : space + cell;
    }
}
