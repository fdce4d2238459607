package io.github.logalign.score;

import java.util.List;
import java.util.Map;

/**
 * What a file holds of one row: the text of each value by the name of its column. What is null or empty there has no entry.
 *
 * <p>Thread safety: immutable.
 *
 * @param texts single values
 * @param lists lists of texts
 */
public record Cells(Map<String, String> texts, Map<String, List<String>> lists) {

    /** Copies the maps. */
    public Cells {
        texts = Map.copyOf(texts);
        lists = Map.copyOf(lists);
    }
}
