package io.github.logalign.spark;

import io.github.logalign.batch.BatchColumns;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.score.Column;
import io.github.logalign.score.ColumnType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a batch as rows of Spark, with the schema of the command's Parquet files: what has a dot in its name is a part of a
 * struct. Every value may be null.
 *
 * <p>Thread safety: immutable.
 */
public final class RowTable {

    /** The columns of each field; a field that is no struct has one. */
    private final Map<String, List<Column<BatchRow, ?>>> fields = new LinkedHashMap<>();

    /**
     * The table of rows with such labels.
     *
     * @param labels the names of the labels
     */
    public RowTable(List<String> labels) {
        for (Column<BatchRow, ?> column : BatchColumns.of(labels)) {
            int dot = column.name().indexOf('.');
            String field = dot < 0 ? column.name() : column.name().substring(0, dot);
            fields.computeIfAbsent(field, _ -> new ArrayList<>()).add(column);
        }
    }

    /**
     * The types and meanings of the columns.
     *
     * @return the schema
     */
    public StructType schema() {
        StructType schema = new StructType();
        for (Map.Entry<String, List<Column<BatchRow, ?>>> field : fields.entrySet()) {
            List<Column<BatchRow, ?>> columns = field.getValue();
            Column<BatchRow, ?> first = columns.getFirst();
            if (isStruct(field.getKey(), first)) {
                StructType parts = new StructType();
                for (Column<BatchRow, ?> part : columns) {
                    parts = parts.add(part.name().substring(field.getKey().length() + 1), type(part), true,
                            meaning(part));
                }
                schema = schema.add(field.getKey(), parts);
            } else {
                schema = schema.add(first.name(), type(first), true, meaning(first));
            }
        }
        return schema;
    }

    /**
     * A row.
     *
     * @param row of a batch
     * @return with the columns of {@link #schema}
     */
    public Row row(BatchRow row) {
        List<@Nullable Object> values = new ArrayList<>();
        fields.forEach((name, columns) -> values.add(isStruct(name, columns.getFirst())
                ? struct(columns, row)
                : value(columns.getFirst(), row)));
        return RowFactory.create(values.toArray());
    }

    /** Null if all of its parts are. */
    private static @Nullable Row struct(List<Column<BatchRow, ?>> columns, BatchRow row) {
        @Nullable
        Object[] parts = columns.stream().map(column -> value(column, row)).toArray();
        return Arrays.stream(parts).allMatch(Objects::isNull) ? null : RowFactory.create(parts);
    }

    private static boolean isStruct(String field, Column<BatchRow, ?> first) {
        return !first.name().equals(field);
    }

    private static DataType type(Column<BatchRow, ?> column) {
        return switch (column.type()) {
            case TEXT -> DataTypes.StringType;
            case INTEGER -> DataTypes.LongType;
            case REAL -> DataTypes.DoubleType;
            case TEXTS -> DataTypes.createArrayType(DataTypes.StringType);
            case REALS -> DataTypes.createArrayType(DataTypes.DoubleType);
        };
    }

    private static Metadata meaning(Column<BatchRow, ?> column) {
        String unit = column.unit().isEmpty() ? "" : " [" + column.unit() + "]";
        return new MetadataBuilder().putString("comment", column.description() + unit).build();
    }

    private static @Nullable Object value(Column<BatchRow, ?> column, BatchRow row) {
        Object value = column.value(row);
        return column.type() == ColumnType.TEXTS && value instanceof List<?> texts
                ? texts.toArray(String[]::new)
                : value;
    }
}
