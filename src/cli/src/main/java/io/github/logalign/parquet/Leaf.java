package io.github.logalign.parquet;

import io.github.logalign.score.Column;
import io.github.logalign.score.ColumnType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A column of values: of its own, or a part of a struct.
 *
 * @param column whose name has a dot between the struct and the part
 * @param siblings all columns of the struct; empty if it is none
 * @param <R> the rows
 */
record Leaf<R>(Column<R, ?> column, List<Column<R, ?>> siblings) {

    private static final int INT64 = 2;
    private static final int DOUBLE = 5;
    private static final int BYTE_ARRAY = 6;

    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;
    private static final int REQUIRED = 0;

    private static final int UTF8 = 0;
    private static final int CONVERTED_LIST = 3;

    private static final int PLAIN = 0;
    private static final int RLE = 3;
    private static final int GZIP = 2;

    /** The column as one of a field, which is a struct if its name has a dot. */
    static <R> Leaf<R> of(Column<R, ?> column, List<Column<R, ?>> ofField) {
        return new Leaf<>(column, column.name().indexOf('.') < 0 ? List.of() : List.copyOf(ofField));
    }

    /** The name of the struct, or of the column if it is in none. */
    static String field(Column<?, ?> column) {
        int dot = column.name().indexOf('.');
        return dot < 0 ? column.name() : column.name().substring(0, dot);
    }

    /** The name without that of the struct. */
    private String name() {
        return column.name().substring(column.name().indexOf('.') + 1);
    }

    boolean isList() {
        return column.type().isList();
    }

    private boolean isText() {
        return column.type() == ColumnType.TEXTS || column.type() == ColumnType.TEXT;
    }

    private int type() {
        return switch (column.type()) {
            case TEXT, TEXTS -> BYTE_ARRAY;
            case INTEGER -> INT64;
            case REAL, REALS -> DOUBLE;
        };
    }

    /** Its elements of the schema: one, or three for a list. */
    List<CompactStruct> schema() {
        if (!isList()) {
            return List.of(element(OPTIONAL, name()));
        }
        CompactStruct list = new CompactStruct().i32(3, OPTIONAL).text(4, name()).i32(5, 1).i32(6, CONVERTED_LIST)
                .struct(10, new CompactStruct().struct(3, new CompactStruct()));
        CompactStruct repeated = new CompactStruct().i32(3, REPEATED).text(4, "list").i32(5, 1);
        return List.of(list, repeated, element(REQUIRED, "element"));
    }

    private CompactStruct element(int repetition, String name) {
        CompactStruct element = new CompactStruct().i32(1, type()).i32(3, repetition).text(4, name);
        return isText()
                ? element.i32(6, UTF8).struct(10, new CompactStruct().struct(1, new CompactStruct()))
                : element;
    }

    private List<String> path() {
        List<String> path = new ArrayList<>();
        if (!siblings.isEmpty()) {
            path.add(field(column));
        }
        path.add(name());
        if (isList()) {
            path.addAll(List.of("list", "element"));
        }
        return path;
    }

    /**
     * The values of some rows.
     *
     * @param bytes a page with its header
     * @param metadata without the place in the file
     */
    record Chunk(byte[] bytes, CompactStruct metadata, long uncompressed) {}

    /** Encodes the values of some rows. */
    Chunk chunk(List<R> rows, long offset) throws IOException {
        Levels repetitions = new Levels();
        Levels definitions = new Levels();
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        Statistics statistics = new Statistics();
        int count = 0;
        int defined = siblings.isEmpty() ? 1 : 2;
        for (R row : rows) {
            Object value = column.value(row);
            List<?> elements = value instanceof List<?> texts ? texts : value == null ? List.of() : List.of(value);
            if (elements.isEmpty()) {
                definitions.add(value != null ? defined : hasStruct(row) ? 1 : 0);
                repetitions.add(0);
                statistics.addNull();
            }
            for (int index = 0; index < elements.size(); index++) {
                definitions.add(isList() ? defined + 1 : defined);
                repetitions.add(index == 0 ? 0 : 1);
                write(values, elements.get(index), statistics);
            }
            count += Math.max(1, elements.size());
        }
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        if (isList()) {
            repetitions.writeTo(page);
        }
        definitions.writeTo(page);
        page.writeBytes(values.toByteArray());
        return chunk(page.toByteArray(), count, offset, statistics);
    }

    private boolean hasStruct(R row) {
        return siblings.stream().anyMatch(sibling -> sibling.value(row) != null);
    }

    private static void write(ByteArrayOutputStream values, Object value, Statistics statistics) {
        byte[] plain = switch (value) {
            case Long number -> LittleEndian.bytes(number);
            case Double number -> LittleEndian.bytes(Double.doubleToRawLongBits(number));
            default -> value.toString().getBytes(StandardCharsets.UTF_8);
        };
        if (!(value instanceof Number)) {
            values.writeBytes(LittleEndian.bytes(plain.length));
        }
        values.writeBytes(plain);
        statistics.add(value, plain);
    }

    private Chunk chunk(byte[] page, int count, long offset, Statistics statistics) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(page);
        }
        byte[] header = new CompactStruct()
                .i32(1, 0)
                .i32(2, page.length)
                .i32(3, compressed.size())
                .struct(5, new CompactStruct().i32(1, count).i32(2, PLAIN).i32(3, RLE).i32(4, RLE))
                .bytes();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(header);
        whole.writeBytes(compressed.toByteArray());
        CompactStruct metadata = new CompactStruct()
                .i32(1, type())
                .i32s(2, List.of(PLAIN, RLE))
                .texts(3, path())
                .i32(4, GZIP)
                .i64(5, count)
                .i64(6, header.length + (long) page.length)
                .i64(7, whole.size())
                .i64(9, offset)
                .struct(12, statistics.struct());
        return new Chunk(whole.toByteArray(), metadata, header.length + (long) page.length);
    }
}
