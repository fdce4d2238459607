package io.github.logalign.report;

import io.github.logalign.score.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row as names and values for JSON, in the order of the columns; every name is always there. */
final class Fields {

    private Fields() {}

    /** Columns whose names have a dot are parts of an object, which is null where all of them are. */
    static <R> Map<String, @Nullable Object> of(List<Column<R, ?>> columns, R row) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Column<R, ?> column : columns) {
            String name = column.name();
            Object value = column.value(row);
            int dot = name.indexOf('.');
            if (dot < 0) {
                fields.put(name, value);
            } else {
                add(fields, name.substring(0, dot), name.substring(dot + 1), value);
            }
        }
        return fields;
    }

    private static void add(
            Map<String, @Nullable Object> fields, String group, String part, @Nullable Object value) {
        fields.putIfAbsent(group, null);
        if (value != null) {
            Map<String, Object> parts = new LinkedHashMap<>();
            if (fields.get(group) instanceof Map<?, ?> earlier) {
                earlier.forEach((name, known) -> parts.put(String.valueOf(name), known));
            }
            parts.put(part, value);
            fields.put(group, parts);
        }
    }
}
