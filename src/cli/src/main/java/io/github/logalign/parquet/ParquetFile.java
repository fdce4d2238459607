package io.github.logalign.parquet;

import io.github.logalign.score.Column;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows as Parquet. A column whose name has a dot is a part of a struct, as in JSON; integers are INT64, reals DOUBLE, text is
 * STRING and lists of texts or numbers LIST. Every value may be null. Units and meanings are in the file's metadata, under the columns' names.
 *
 * <p>Memory: the rows of one row group, 10,000 at most, with a million elements of lists.
 *
 * @param <R> the rows
 */
public final class ParquetFile<R> {

    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int ROWS_OF_GROUP = 10_000;

    /** Elements of lists, which may be thousands a row. */
    private static final int ELEMENTS_OF_GROUP = 1_000_000;

    private final List<Leaf<R>> leaves = new ArrayList<>();
    private final Map<String, List<Leaf<R>>> fields = new LinkedHashMap<>();

    /**
     * A file of such columns.
     *
     * @param columns the schema
     */
    public ParquetFile(List<Column<R, ?>> columns) {
        Map<String, List<Column<R, ?>>> parts = new LinkedHashMap<>();
        for (Column<R, ?> column : columns) {
            parts.computeIfAbsent(Leaf.field(column), _ -> new ArrayList<>()).add(column);
        }
        // Values follow each other in the order of the schema, in which the parts of a struct stand together.
        parts.forEach((field, ofField) -> {
            List<Leaf<R>> leavesOfField = ofField.stream().map(column -> Leaf.of(column, ofField)).toList();
            fields.put(field, leavesOfField);
            leaves.addAll(leavesOfField);
        });
    }

    /**
     * Writes all rows.
     *
     * @param out where to; not closed
     * @param rows read once
     * @param creator the program and its version
     * @throws IOException if writing fails
     */
    public void write(OutputStream out, Iterable<R> rows, String creator) throws IOException {
        out.write(MAGIC);
        long offset = MAGIC.length;
        long count = 0;
        long elements = 0;
        List<CompactStruct> groups = new ArrayList<>();
        List<R> pending = new ArrayList<>();
        for (R row : rows) {
            pending.add(row);
            count++;
            elements += elements(row);
            if (pending.size() == ROWS_OF_GROUP || elements >= ELEMENTS_OF_GROUP) {
                offset = writeGroup(out, pending, offset, groups);
                pending.clear();
                elements = 0;
            }
        }
        if (!pending.isEmpty()) {
            writeGroup(out, pending, offset, groups);
        }
        byte[] footer = footer(groups, count, creator);
        out.write(footer);
        out.write(LittleEndian.bytes(footer.length));
        out.write(MAGIC);
    }

    private long elements(R row) {
        long elements = 0;
        for (Leaf<R> leaf : leaves) {
            if (leaf.isList() && leaf.column().value(row) instanceof List<?> list) {
                elements += list.size();
            }
        }
        return elements;
    }

    private long writeGroup(OutputStream out, List<R> rows, long offset, List<CompactStruct> groups)
            throws IOException {
        List<CompactStruct> columns = new ArrayList<>();
        long at = offset;
        long uncompressed = 0;
        for (Leaf<R> leaf : leaves) {
            Leaf.Chunk chunk = leaf.chunk(rows, at);
            out.write(chunk.bytes());
            columns.add(new CompactStruct().i64(2, at).struct(3, chunk.metadata()));
            at += chunk.bytes().length;
            uncompressed += chunk.uncompressed();
        }
        groups.add(new CompactStruct()
                .structs(1, columns)
                .i64(2, uncompressed)
                .i64(3, rows.size())
                .i64(5, offset)
                .i64(6, at - offset)
                .i16(7, groups.size()));
        return at;
    }

    private byte[] footer(List<CompactStruct> groups, long rows, String creator) {
        List<CompactStruct> schema = new ArrayList<>();
        schema.add(new CompactStruct().text(4, "schema").i32(5, fields.size()));
        fields.forEach((field, parts) -> {
            if (!parts.getFirst().siblings().isEmpty()) {
                schema.add(new CompactStruct().i32(3, 1).text(4, field).i32(5, parts.size()));
            }
            parts.forEach(part -> schema.addAll(part.schema()));
        });
        List<CompactStruct> meanings = new ArrayList<>();
        List<CompactStruct> orders = new ArrayList<>();
        for (Leaf<R> leaf : leaves) {
            Column<R, ?> column = leaf.column();
            String unit = column.unit().isEmpty() ? "" : " [" + column.unit() + "]";
            meanings.add(new CompactStruct().text(1, column.name()).text(2, column.description() + unit));
            orders.add(new CompactStruct().struct(1, new CompactStruct()));
        }
        return new CompactStruct()
                .i32(1, VERSION)
                .structs(2, schema)
                .i64(3, rows)
                .structs(4, groups)
                .structs(5, meanings)
                .text(6, creator)
                .structs(7, orders)
                .bytes();
    }
}
