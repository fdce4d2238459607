package io.github.logalign.score;

import java.util.HashMap;
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

    /**
     * The values of a group.
     *
     * @param name what stands before the dot
     * @return the single values by what stands behind it
     */
    public Map<String, String> group(String name) {
        String before = name + ".";
        Map<String, String> parts = new HashMap<>();
        texts.forEach((column, text) -> {
            if (column.startsWith(before)) {
                parts.put(column.substring(before.length()), text);
            }
        });
        return parts;
    }
}
