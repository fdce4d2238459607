package io.github.logalign.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A strict JSON reader that returns maps and lists. */
final class Json {

    private Json() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String text) {
        return (Map<String, Object>) Objects.requireNonNull(read(text));
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> layers(String text) {
        return (List<Map<String, Object>>) Objects.requireNonNull(object(text).get("layers"));
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> rows(String text) {
        return (List<Map<String, Object>>) Objects.requireNonNull(object(text).get("rows"));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> environment(String text) {
        return (Map<String, Object>) Objects.requireNonNull(object(text).get("environment"));
    }

    static double number(Map<String, Object> row, String name) {
        return ((Number) Objects.requireNonNull(row.get(name), name)).doubleValue();
    }

    private static @Nullable Object read(String text) {
        JsonFactory factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        try (JsonParser parser = factory.createParser(text)) {
            parser.nextToken();
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new AssertionError("more after the JSON");
            }
            return value;
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(parser);
            case START_ARRAY -> elements(parser);
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> parser.getText();
        };
    }

    private static Map<String, @Nullable Object> fields(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return fields;
    }

    private static List<@Nullable Object> elements(JsonParser parser) throws IOException {
        List<@Nullable Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(parser));
        }
        return values;
    }
}
