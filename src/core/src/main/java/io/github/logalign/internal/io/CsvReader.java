package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads CSV (RFC 4180): quoted cells may contain commas, line ends and doubled quotes. A byte order mark is skipped.
 */
public final class CsvReader {

    private static final long MAX_BYTES = 1L << 30;

    private CsvReader() {}

    /**
     * Reads all non-blank lines.
     *
     * @return the header and the lines, each with as many cells as the header
     * @throws LogalignException if the file cannot be read, is not UTF-8, or is not such a table
     */
    public static List<List<String>> read(Path path) {
        return read(path, text(path));
    }

    /** Parses the text of a file. */
    public static List<List<String>> read(Path path, String text) {
        List<List<String>> lines = new ArrayList<>();
        int[] at = {text.startsWith("\ufeff") ? 1 : 0};
        int line = 1;
        while (at[0] < text.length()) {
            List<String> cells = line(path, text, at, line);
            boolean blank = cells.size() == 1 && cells.getFirst().isBlank();
            if (!blank) {
                if (!lines.isEmpty() && cells.size() != lines.getFirst().size()) {
                    throw bad(path, line, "has " + cells.size() + " cells, but the header has "
                            + lines.getFirst().size());
                }
                lines.add(cells);
            }
            line++;
        }
        if (lines.isEmpty()) {
            throw new LogalignException(Names.printable(path) + ": it is empty; give a table with a header");
        }
        return lines;
    }

    /** The content of a text file. */
    public static String text(Path path) {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new LogalignException(Names.printable(path) + ": it is larger than 1 GB; give a smaller table");
            }
            return Files.readString(path, StandardCharsets.UTF_8);
        } catch (CharacterCodingException notText) {
            throw new LogalignException(Names.printable(path) + ": it is not UTF-8 text; give a CSV or JSON table",
                    notText);
        } catch (IOException failed) {
            throw new LogalignException(Names.printable(path) + ": it cannot be read; check the path", failed);
        }
    }

    private static List<String> line(Path path, String text, int[] at, int line) {
        List<String> cells = new ArrayList<>();
        while (true) {
            cells.add(cell(path, text, at, line));
            if (at[0] >= text.length()) {
                return cells;
            }
            char end = text.charAt(at[0]++);
            if (end == '\r' && at[0] < text.length() && text.charAt(at[0]) == '\n') {
                at[0]++;
            }
            if (end != ',') {
                return cells;
            }
        }
    }

    private static String cell(Path path, String text, int[] at, int line) {
        int start = at[0];
        if (start < text.length() && text.charAt(start) == '"') {
            return quoted(path, text, at, line);
        }
        int end = start;
        while (end < text.length() && ",\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        at[0] = end;
        return text.substring(start, end);
    }

    private static String quoted(Path path, String text, int[] at, int line) {
        StringBuilder cell = new StringBuilder();
        int i = at[0] + 1;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '"') {
                cell.append(c);
            } else if (i < text.length() && text.charAt(i) == '"') {
                cell.append('"');
                i++;
            } else {
                if (i < text.length() && ",\r\n".indexOf(text.charAt(i)) < 0) {
                    throw bad(path, line, "has text after a closing quote");
                }
                at[0] = i;
                return cell.toString();
            }
        }
        throw bad(path, line, "has an unclosed quote");
    }

    private static LogalignException bad(Path path, int line, String what) {
        return new LogalignException(Names.printable(path) + ": line " + line + " " + what + "; repair the table");
    }
}
