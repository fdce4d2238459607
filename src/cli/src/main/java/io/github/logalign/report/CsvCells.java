package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.github.logalign.internal.io.Names;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values as cells of CSV, and back, so that none is lost: text that a spreadsheet would take for a formula gets an apostrophe
 * before it, characters that are not printable become {@code \}{@code uXXXX}, and lists are JSON arrays.
 */
final class CsvCells {

    /** What spreadsheets calculate. */
    private static final String FORMULA_START = "[=+@\t\r-]";

    /**
     * An apostrophe stands before a formula, and for an empty text, which differs from no value. A text that begins so itself
     * gets one more, so that reading can take one away.
     */
    private static final Pattern NEEDS_APOSTROPHE = Pattern.compile("'*(?:" + FORMULA_START + ".*)?",
            Pattern.DOTALL);

    private static final Pattern HAS_APOSTROPHE = Pattern
            .compile("''*(?:(?:" + FORMULA_START + "|\\\\u0009|\\\\u000D).*)?", Pattern.DOTALL);

    private static final String ESCAPE = "\\u";

    /** The backslash of a text that looks like an escape is escaped itself. */
    private static final String ESCAPED_ESCAPE = "\\u005Cu";

    private static final JsonFactory JSON = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private CsvCells() {}

    /** A cell; null and an empty list are empty ones. */
    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Number number -> number.toString();
            case List<?> values -> values.isEmpty() ? "" : quotedIfNeeded(json(values));
            default -> ofText(value.toString());
        };
    }

    private static String ofText(String value) {
        return quotedIfNeeded(NEEDS_APOSTROPHE.matcher(value).matches() ? "'" + escaped(value) : escaped(value));
    }

    private static String quotedIfNeeded(String text) {
        boolean plain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\'');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String json(List<?> values) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Object value : values) {
                JsonValues.write(json, value);
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** The text of a cell whose quotes are gone already. */
    static String text(String cell) {
        String text = HAS_APOSTROPHE.matcher(cell).matches() ? cell.substring(1) : cell;
        if (!text.contains(ESCAPE)) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            Optional<Character> unit = escapedAt(text, i);
            plain.append(unit.orElse(text.charAt(i)).charValue());
            i += unit.isPresent() ? 6 : 1;
        }
        // Earlier files left a name's own \\u as it was: only what writing gives back was escaped.
        return escaped(plain.toString()).equals(text) ? plain.toString() : text;
    }

    private static String escaped(String value) {
        return Names.escaped(value.replace(ESCAPE, ESCAPED_ESCAPE));
    }

    private static Optional<Character> escapedAt(String text, int i) {
        if (!text.startsWith(ESCAPE, i) || i + 6 > text.length()) {
            return Optional.empty();
        }
        String digits = text.substring(i + 2, i + 6);
        return digits.matches("[0-9A-F]{4}")
                ? Optional.of((char) Integer.parseInt(digits, 16))
                : Optional.empty();
    }

    /** The list of a cell. Earlier files joined several texts by semicolons, which may be in a text too: that is one text. */
    static List<String> list(String cell) {
        if (cell.isEmpty()) {
            return List.of();
        }
        if (cell.startsWith("[\"")) {
            List<String> values = new ArrayList<>();
            try (JsonParser json = JSON.createParser(cell)) {
                json.nextToken();
                while (json.nextToken() == JsonToken.VALUE_STRING) {
                    values.add(json.getText());
                }
                if (json.currentToken() == JsonToken.END_ARRAY && json.nextToken() == null) {
                    return values;
                }
            } catch (IOException notJson) {
                return List.of(text(cell));
            }
        }
        return List.of(text(cell));
    }
}
