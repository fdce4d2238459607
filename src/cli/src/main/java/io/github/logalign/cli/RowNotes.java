package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.score.LayerScore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What else should be known of rows: once of all the rows that it is said of, since models have hundreds of equal layers. */
final class RowNotes {

    private RowNotes() {}

    /**
     * Goes through the notes of some rows.
     *
     * @param each receives the printable name of the first layer, with the number of the others, and the note
     */
    static void each(List<LayerScore> rows, BiConsumer<String, String> each) {
        Map<String, List<String>> layers = new LinkedHashMap<>();
        for (LayerScore row : rows) {
            row.warnings().forEach(note -> layers.computeIfAbsent(note, first -> new ArrayList<>(1)).add(row.layer()));
        }
        layers.forEach((note, of) -> each.accept(
                Names.printable(of.getFirst()) + (of.size() == 1 ? "" : " and " + (of.size() - 1) + " more"), note));
    }
}
