package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.logalign.internal.io.CsvReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Cells;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.track.SeriesColumns;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the rows that {@link SeriesFile} wrote, today or earlier: columns that an earlier file lacks are no values. */
final class SeriesReader {

    /** The columns that hold lists. */
    private static final Set<String> LISTS = JsonLines.listNames(SeriesColumns.ALL);

    private static final String LAYER = LayerColumns.LAYER.name();

    private SeriesReader() {}

    /**
     * Reads CSV.
     *
     * @throws LogalignException if it is no series
     */
    static List<SeriesRow> csv(Path path) {
        List<List<String>> lines = CsvReader.read(path);
        List<String> header = lines.getFirst();
        if (!header.contains(SeriesColumns.STEP.name()) || !header.contains(LAYER)) {
            throw new LogalignException(
                    Names.printable(path) + ": has no columns step and layer; give a series that track wrote");
        }
        List<SeriesRow> rows = new ArrayList<>();
        for (List<String> line : lines.subList(1, lines.size())) {
            Map<String, String> texts = new HashMap<>();
            Map<String, List<String>> lists = new HashMap<>();
            for (int c = 0; c < header.size(); c++) {
                // A layer may have an empty name, as a tensor may; elsewhere nothing is no value.
                boolean name = header.get(c).equals(LAYER);
                if (LISTS.contains(header.get(c))) {
                    lists.put(header.get(c), CsvCells.list(line.get(c)));
                } else if (name || !line.get(c).isEmpty()) {
                    texts.put(header.get(c), CsvCells.text(line.get(c)));
                }
            }
            rows.add(row(path, rows.size(), new Cells(texts, lists)));
        }
        return rows;
    }

    private static SeriesRow row(Path path, int index, Cells cells) {
        try {
            return SeriesColumns.read(cells);
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            throw new LogalignException(
                    Names.printable(path) + ": row " + (index + 1) + ": " + wrong.getMessage() + "; repair the file",
                    wrong);
        }
    }

    /**
     * Reads JSON.
     *
     * @throws LogalignException if it is no series
     */
    static List<SeriesRow> json(Path path) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser json = factory.createParser(CsvReader.text(path))) {
            List<SeriesRow> rows = null;
            boolean schema = false;
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw notSeries(path);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("schema")) {
                    schema = value == JsonToken.VALUE_NUMBER_INT && json.getText().equals("" + JsonReport.SCHEMA);
                } else if (name.equals("rows") && value == JsonToken.START_ARRAY) {
                    rows = readRows(path, json);
                } else {
                    json.skipChildren();
                }
            }
            if (rows == null || !schema || json.nextToken() != null) {
                throw notSeries(path);
            }
            return rows;
        } catch (JsonProcessingException damaged) {
            throw new LogalignException(
                    Names.printable(path) + ": is damaged JSON at line "
                            + damaged.getLocation().getLineNr() + ": " + Names.printable(damaged.getOriginalMessage())
                            + "; repair the file",
                    damaged);
        } catch (IOException failed) {
            throw new LogalignException(Names.printable(path) + ": cannot be read", failed);
        }
    }

    private static LogalignException notSeries(Path path) {
        return new LogalignException(
                Names.printable(path) + ": is JSON, but not a series of schema 1; give a file that track wrote");
    }

    private static List<SeriesRow> readRows(Path path, JsonParser json) throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            Cells cells = JsonCells.read(json, LISTS);
            if (cells == null) {
                throw notSeries(path);
            }
            rows.add(row(path, rows.size(), cells));
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw notSeries(path);
        }
        return rows;
    }
}
