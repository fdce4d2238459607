package io.github.logalign.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import io.github.logalign.score.Column;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two readers of others find every value and null where it was written, and the statistics hold. */
class ParquetFileTest {

    /** A value of each kind, of which any may be missing. */
    record Row(long number, @Nullable Long count, @Nullable Double real, @Nullable String text,
            @Nullable List<String> texts, @Nullable Double part, @Nullable String label) {}

    private static final List<Column<Row, ?>> COLUMNS = List.of(
            Column.<Row>integer("number", "which row", Row::number),
            Column.<Row>text("outer.label", "text in a struct", Row::label),
            Column.<Row>integer("count", "a count", Row::count),
            Column.<Row>real("real", "a number", Row::real).withUnit("s"),
            Column.<Row>text("text", "some text", Row::text),
            Column.<Row>real("outer.part", "a number in a struct", Row::part),
            Column.<Row>texts("texts", "some texts", Row::texts));

    private static final double[] REALS = {0.0, -0.0, 1.5, Math.PI, Double.MIN_VALUE, -Double.MAX_VALUE,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

    private static final String[] TEXTS = {"", "a", "überall", "😀", "tab\tand\nline", "\u0000", "x".repeat(300)};

    @TempDir
    Path folder;

    private static List<Row> rows(int count) {
        Random random = new Random(count);
        List<Row> rows = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            List<String> texts = new ArrayList<>();
            for (int index = random.nextInt(4); index > 0; index--) {
                texts.add(text(random));
            }
            rows.add(new Row(number,
                    random.nextInt(3) == 0 ? null : random.nextLong(),
                    random.nextInt(3) == 0 ? null : REALS[random.nextInt(REALS.length)],
                    random.nextInt(3) == 0 ? null : text(random),
                    random.nextInt(5) == 0 ? null : texts,
                    random.nextInt(2) == 0 ? null : random.nextGaussian(),
                    random.nextInt(2) == 0 ? null : text(random)));
        }
        return rows;
    }

    private static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private Path write(List<Row> rows) throws IOException {
        Path path = folder.resolve("rows.parquet");
        try (OutputStream out = Files.newOutputStream(path)) {
            new ParquetFile<>(COLUMNS).write(out, rows, "test version 1");
        }
        return path;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10_000, 25_003})
    void duckDbReadsEveryValue(int count) throws IOException, SQLException {
        List<Row> rows = rows(count);
        Path path = write(rows);
        List<Row> read = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "select number, count, real, text, texts, \"outer\".part, \"outer\".label from '" + path
                                + "'")) {
            while (result.next()) {
                Array texts = result.getArray(5);
                read.add(new Row(result.getLong(1), (Long) result.getObject(2), (Double) result.getObject(3),
                        result.getString(4),
                        texts == null ? null : Arrays.stream((Object[]) texts.getArray()).map(String::valueOf).toList(),
                        (Double) result.getObject(6), result.getString(7)));
            }
        }
        assertEquals(rows, read);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 10_000, 25_003})
    void hardwoodReadsEveryValue(int count) throws IOException {
        List<Row> rows = rows(count);
        try (ParquetFileReader file = ParquetFileReader.open(InputFile.of(write(rows)));
                RowReader reader = file.rowReader()) {
            for (Row row : rows) {
                assertTrue(reader.hasNext());
                reader.next();
                PqList texts = reader.isNull("texts") ? null : reader.getList("texts");
                boolean struct = !reader.isNull("outer");
                assertEquals(row.part() != null || row.label() != null, struct);
                assertEquals(row, new Row(reader.getLong("number"),
                        reader.isNull("count") ? null : (Long) reader.getLong("count"),
                        reader.isNull("real") ? null : (Double) reader.getDouble("real"),
                        reader.isNull("text") ? null : reader.getString("text"),
                        texts == null ? null : texts.strings(),
                        !struct || reader.getStruct("outer").isNull("part")
                                ? null
                                : (Double) reader.getStruct("outer").getDouble("part"),
                        !struct ? null : reader.getStruct("outer").getString("label")));
            }
            assertFalse(reader.hasNext());
        }
    }

    /** A reader that skips row groups by their statistics finds what one finds that reads all. */
    @Test
    void statisticsHold() throws IOException, SQLException {
        List<Row> rows = rows(25_003);
        Path path = write(rows);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            assertEquals(rows.stream().filter(row -> row.number() > 20_100).count(),
                    count(statement, path, "number > 20100"));
            assertEquals(rows.stream().filter(row -> row.real() != null && row.real() == 0).count(),
                    count(statement, path, "real = 0.0"));
            assertEquals(rows.stream().filter(row -> "😀".equals(row.text())).count(),
                    count(statement, path, "text = '😀'"));
            assertEquals(rows.stream().filter(row -> row.part() == null).count(),
                    count(statement, path, "\"outer\".part is null"));
            assertEquals(3,
                    number(statement, "select count(distinct row_group_id) from parquet_metadata('" + path + "')"));
            assertEquals(rows.stream().limit(10_000).filter(row -> row.count() == null).count(),
                    number(statement, "select stats_null_count from parquet_metadata('" + path
                            + "') where path_in_schema = 'count' and row_group_id = 0"));
            assertEquals(20_000, number(statement, "select stats_min_value::bigint from parquet_metadata('" + path
                    + "') where path_in_schema = 'number' and row_group_id = 2"));
            assertEquals(1, number(statement, "select count(*) from parquet_kv_metadata('" + path
                    + "') where decode(key) = 'real' and decode(value) = 'a number [s]'"));
        }
    }

    private static long count(Statement statement, Path path, String where) throws SQLException {
        return number(statement, "select count(*) from '" + path + "' where " + where);
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            assertTrue(result.next());
            return result.getLong(1);
        }
    }
}
