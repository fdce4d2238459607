package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A note that is said of many layers is one line. */
class RowNotesTest {

    private static LayerScore row(String layer, String... notes) {
        LayerInfo info = new LayerInfo(layer, new LayerInfo.Source("w", layer), null, null, null, List.of(notes));
        return new LayerScore(info, new Outcome.Skipped("no activations"), 0);
    }

    @Test
    void equalNotesAreSaidOnce() {
        List<String> lines = new ArrayList<>();
        RowNotes.each(List.of(row("a", "renamed"), row("b\n", "tied", "renamed"), row("c", "renamed"), row("d")),
                (layers, note) -> lines.add(layers + ": " + note));
        assertEquals(List.of("a and 2 more: renamed", "b\\u000A: tied"), lines);
    }
}
