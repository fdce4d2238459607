package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.logalign.Environment;
import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The index of a folder of spectra: the files of each layer, since the name of a layer may not be a valid file name.
 * The index also shows which files of the folder were written by this program.
 */
public final class SpectraList {

    /** The name of the index file within the folder. */
    public static final String FILE = "spectra.json";

    private static final String FILES = "files";

    /** The key of the files that a run is going to write. A killed run may have written any of them. */
    private static final String UNFINISHED = "unfinished";

    private SpectraList() {}

    /**
     * The files of one layer.
     *
     * @param layer the name of the layer
     * @param tensor the name of the weight, or null if it has none
     * @param files the names of the files within the folder
     */
    public record Entry(String layer, @Nullable String tensor, List<String> files) {

        /** Copies the list. */
        public Entry {
            files = List.copyOf(files);
        }
    }

    /**
     * Writes the index atomically. Existing files that only the previous index names are kept in it. An index that
     * would be empty is deleted.
     *
     * @param folder the folder of the spectra
     * @param environment the environment of the computation
     * @param threads with how many threads
     * @param entries the layers whose files exist
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path folder, Environment environment, int threads, List<Entry> entries) {
        write(folder, environment, threads, entries, List.of());
    }

    /**
     * Writes an index of the files that are going to be written, so that files left by a killed run are recognised.
     *
     * @param folder the folder of the spectra
     * @param environment the environment of the computation
     * @param threads with how many threads
     * @param unfinished the names of the files
     * @throws LogalignException if it cannot be written
     */
    public static void announce(Path folder, Environment environment, int threads, List<String> unfinished) {
        write(folder, environment, threads, List.of(), unfinished);
    }

    private static void write(
            Path folder, Environment environment, int threads, List<Entry> entries, List<String> unfinished) {
        Path file = folder.resolve(FILE);
        Set<String> earlier = new TreeSet<>(namesIn(file));
        entries.forEach(entry -> entry.files().forEach(earlier::remove));
        earlier.removeIf(name -> !Files.isRegularFile(folder.resolve(name)));
        if (entries.isEmpty() && earlier.isEmpty() && unfinished.isEmpty()) {
            delete(file);
            return;
        }
        AtomicFile.write(file, out -> {
            try (JsonGenerator json = JsonValues.generator(out)) {
                json.writeStartObject();
                json.writeNumberField("schema", JsonReport.SCHEMA);
                json.writeFieldName("environment");
                JsonValues.write(json, JsonReport.environmentFields(environment, threads));
                json.writeFieldName("spectra");
                JsonValues.write(json, entries.stream().map(SpectraList::fields).toList());
                json.writeFieldName("earlier");
                JsonValues.write(json, Map.of(FILES, List.copyOf(earlier)));
                if (!unfinished.isEmpty()) {
                    json.writeFieldName(UNFINISHED);
                    JsonValues.write(json, Map.of(FILES, unfinished));
                }
                json.writeEndObject();
                json.writeRaw("\n");
            }
        });
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(file) + ": it cannot be deleted (" + Reasons.of(failed)
                            + "); delete it, since it lists files that do not exist",
                    failed);
        }
    }

    private static Map<String, @Nullable Object> fields(Entry entry) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("layer", entry.layer());
        fields.put("tensor", entry.tensor());
        fields.put(FILES, entry.files());
        return fields;
    }

    /**
     * Reads the names of the files in an index.
     *
     * @param list the path of the index
     * @return the names; empty if there is no index or it is damaged
     */
    public static List<String> namesIn(Path list) {
        List<String> names = new ArrayList<>();
        if (!Files.isRegularFile(list)) {
            return names;
        }
        try (JsonParser json = new JsonFactory().createParser(list.toFile())) {
            boolean files = false;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    files = json.currentName().equals(FILES);
                } else if (token == JsonToken.VALUE_STRING && files) {
                    names.add(json.getText());
                }
            }
            return names;
        } catch (IOException damaged) {
            return List.of();
        }
    }
}
