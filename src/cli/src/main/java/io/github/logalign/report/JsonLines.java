package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows as JSON Lines: an object a line, with the fields of the JSON report. */
public final class JsonLines {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonLines() {}

    /**
     * A row as a line.
     *
     * @param columns the schema
     * @param row the row
     * @param <R> the rows
     * @return the line with its end
     */
    public static <R> byte[] line(List<Column<R, ?>> columns, R row) {
        return line(Fields.of(columns, row));
    }

    /**
     * An object as a line.
     *
     * @param fields text, numbers, lists and maps by name
     * @return the line with its end
     */
    public static byte[] line(Map<String, ? extends @Nullable Object> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            JsonValues.write(json, fields);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        out.write('\n');
        return out.toByteArray();
    }

    /**
     * The columns that hold lists.
     *
     * @param columns the schema
     * @return their names
     */
    public static Set<String> listNames(List<? extends Column<?, ?>> columns) {
        return columns.stream().filter(column -> column.type().isList()).map(Column::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Reads a line.
     *
     * @param lists the names of values that are lists of texts or numbers
     * @param line the line
     * @return the values; those of an inner object by its name, a dot and theirs
     * @throws IllegalArgumentException if it is no such object
     */
    public static Cells read(Set<String> lists, String line) {
        try (JsonParser json = JSON.createParser(line)) {
            Cells cells = json.nextToken() == JsonToken.START_OBJECT ? JsonCells.read(json, lists) : null;
            if (cells == null || json.nextToken() != null) {
                throw new IllegalArgumentException("it is no row");
            }
            return cells;
        } catch (IOException damaged) {
            throw new IllegalArgumentException("it is damaged JSON", damaged);
        }
    }
}
