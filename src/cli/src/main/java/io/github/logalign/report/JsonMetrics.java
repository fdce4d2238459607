package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads metrics in JSON: a sequence of objects (JSON Lines), an array of objects, or an object whose
 * {@code log_history} is such an array (Hugging Face's {@code trainer_state.json}). The members of nested objects get
 * names with a slash; arrays are skipped.
 */
final class JsonMetrics {

    private static final String LOG_HISTORY = "log_history";

    private final Path path;
    private final String text;
    private final JsonParser json;
    private final List<Map<String, String>> entries = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean history;

    private JsonMetrics(Path path, String text, JsonParser json) {
        this.path = path;
        this.text = text;
        this.json = json;
    }

    /**
     * Reads a text that starts with an opening brace or bracket.
     *
     * @throws LogalignException if the text is damaged or holds no objects
     */
    static MetricsTable read(Path path, String text) {
        // Python writes NaN and Infinity as bare words.
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build();
        try (JsonParser json = factory.createParser(text)) {
            return new JsonMetrics(path, text, json).read();
        } catch (JsonProcessingException damaged) {
            throw new LogalignException(
                    Names.printable(path) + ": it is damaged JSON at line " + damaged.getLocation().getLineNr() + ": "
                            + Names.printable(damaged.getOriginalMessage()) + "; repair the file",
                    damaged);
        } catch (IOException failed) {
            throw new LogalignException(Names.printable(path) + ": it cannot be read; check the path", failed);
        }
    }

    private MetricsTable read() throws IOException {
        JsonToken first = json.nextToken();
        if (first == JsonToken.START_ARRAY) {
            readArray();
            if (json.nextToken() != null) {
                throw noTable("there is text after the end of the array");
            }
        } else {
            readObjects();
        }
        if (entries.isEmpty()) {
            throw noTable("it holds no entries");
        }
        return MetricsTable.of(entries, notes);
    }

    private void readArray() throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            Map<String, String> entry = new LinkedHashMap<>();
            readObject("", entry);
            entries.add(entry);
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw noTable("the elements of the array must be objects");
        }
    }

    /** Reads JSON Lines, where the last line of a log that is still being written may be incomplete. */
    private void readObjects() throws IOException {
        JsonToken token = json.currentToken();
        while (token != null) {
            if (token != JsonToken.START_OBJECT || history) {
                throw noTable("the file must be a sequence of objects");
            }
            Map<String, String> entry = new LinkedHashMap<>();
            try {
                readObject("", entry);
                if (!history) {
                    entries.add(entry);
                }
                token = json.nextToken();
            } catch (JsonProcessingException damaged) {
                if (entries.isEmpty() || history || !isCut(damaged)) {
                    throw damaged;
                }
                notes.add(CutLine.NOTE);
                return;
            }
        }
    }

    /** Whether the text ends too early, possibly in the middle of a number or a word. */
    private boolean isCut(JsonProcessingException damaged) {
        String last = text.substring(CutLine.without(text).length());
        return damaged instanceof JsonEOFException
                || (damaged.getLocation().getLineNr() == text.lines().count() && !last.isBlank()
                        && !last.stripTrailing().endsWith("}"));
    }

    /** Reads the members of an object. If one of them is a log history, its elements are the entries. */
    private void readObject(String before, Map<String, String> entry) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = before + json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_ARRAY && name.equals(LOG_HISTORY) && entries.isEmpty()) {
                history = true;
                readArray();
            } else if (value == JsonToken.START_OBJECT) {
                readObject(name + "/", entry);
            } else if (value == JsonToken.START_ARRAY) {
                json.skipChildren();
            } else {
                String text = text(value);
                if (text != null) {
                    entry.put(name, text);
                }
            }
        }
    }

    private @Nullable String text(JsonToken value) throws IOException {
        return value == JsonToken.VALUE_NULL ? null : json.getText();
    }

    private LogalignException noTable(String what) {
        return new LogalignException(Names.printable(path) + ": it is JSON but holds no metrics: " + what
                + "; give JSON Lines, an array of objects, or a trainer_state.json");
    }
}
