package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.logalign.score.Cells;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a row that {@link Fields} made: an object of values, of which some are objects of values, or lists of texts or numbers. */
final class JsonCells {

    private final JsonParser json;
    private final Set<String> listNames;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, List<String>> lists = new HashMap<>();

    private JsonCells(JsonParser json, Set<String> listNames) {
        this.json = json;
        this.listNames = listNames;
    }

    /**
     * Reads an object whose brace has been read.
     *
     * @param listNames the names of values that are lists
     * @return null if it has another form
     */
    static @Nullable Cells read(JsonParser json, Set<String> listNames) throws IOException {
        JsonCells cells = new JsonCells(json, listNames);
        return cells.readObject("") ? new Cells(cells.texts, cells.lists) : null;
    }

    private boolean readObject(String before) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = before + json.currentName();
            JsonToken value = json.nextToken();
            boolean known = switch (value) {
                case START_OBJECT -> before.isEmpty() && readObject(name + ".");
                case START_ARRAY -> listNames.contains(name) && readList(name);
                case null -> false;
                default -> readValue(name, value);
            };
            if (!known) {
                return false;
            }
        }
        return json.currentToken() == JsonToken.END_OBJECT;
    }

    private boolean readList(String name) throws IOException {
        List<String> values = lists.computeIfAbsent(name, _ -> new ArrayList<>());
        for (JsonToken value = json.nextToken(); value != null && (value == JsonToken.VALUE_STRING
                || value.isNumeric()); value = json.nextToken()) {
            values.add(json.getText());
        }
        return json.currentToken() == JsonToken.END_ARRAY;
    }

    private boolean readValue(String name, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_NULL && value.isScalarValue()) {
            texts.put(name, json.getText());
        }
        return value.isScalarValue();
    }
}
