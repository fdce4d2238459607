package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Interval;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import io.github.logalign.score.ColumnType;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.Findings;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.LayerInfo.Source;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.UpdateScore;
import io.github.logalign.score.UpdateScore.Ranks;
import io.github.logalign.score.UpdateScore.Ratio;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The schema of a row: what it takes from a row it gives back. */
class SeriesColumnsTest {

    /** A row of each kind of outcome, and one of each method that leaves something out. */
    private static List<SeriesRow> rows() {
        List<SeriesRow> rows = new ArrayList<>();
        for (Status status : Status.values()) {
            LayerScore score = TestSeries.score("layer", status == Status.OK ? 0.5 : null, status);
            rows.add(SeriesRow.of(100, score.withWarning("one").withWarning("two")));
        }
        LayerScore score = TestSeries.score("layer", 0.5, Status.OK);
        Findings norm = new Findings(new Findings.Run(ScoreMethod.NORM, "outputs by kernel", Precision.SINGLE),
                new Findings.Tokens(7, 0), null, null);
        Findings weights = new Findings(new Findings.Run(ScoreMethod.GRAM, "dsytrd+dstedc", Precision.DOUBLE), null,
                new Findings.WeightSummary(3, 0, null), null);
        double infinity = Double.POSITIVE_INFINITY;
        rows.add(SeriesRow.of(0, new LayerScore(score.info(), new Outcome.Scored(0, -infinity, infinity,
                new ErrorBars(8, "blocks of 32 tokens", null, null, null, null, null, "no interval"), norm), 0)));
        rows.add(SeriesRow.of(1, new LayerScore(score.info(), new Outcome.Decomposed(weights), 1)));
        Ratio ratio = new Ratio(0.25, 0.75);
        rows.add(SeriesRow.of(2, new LayerScore(score.info(), score.outcome(), 1, new UpdateScore(
                new Source("a", "b"), new Source("c", "d"), ratio, null, ratio, new Ranks(3, 1.5, 2.5)))));
        rows.add(SeriesRow.of(3, new LayerScore(score.info(), score.outcome(), 1, new UpdateScore(
                new Source("a", null), null, null, ratio, null, new Ranks(0, 0, null)))));
        CheckpointStamp stamp = new CheckpointStamp(
                new FileStamp(17, Instant.EPOCH, "0f"), new FileStamp(18, Instant.EPOCH, "1f"), "--map a=b", "none");
        rows.add(new SeriesRow(Long.MAX_VALUE, score, 0.25, -0.25, new LarDifference(
                -0.25, 0.125, new Interval(-0.5, 0.0, Interval.LEVEL), 0.0625, true), 1e-300, stamp));
        return rows;
    }

    private static Cells cells(SeriesRow row) {
        Map<String, String> texts = new HashMap<>();
        Map<String, List<String>> lists = new HashMap<>();
        for (Column<SeriesRow, ?> column : SeriesColumns.ALL) {
            switch (column.value(row)) {
                case null -> {
                }
                case List<?> list -> lists.put(column.name(), list.stream().map(String::valueOf).toList());
                case Object value -> texts.put(column.name(), value.toString());
            }
        }
        return new Cells(texts, lists);
    }

    @Test
    void aRowIsMadeAgainOfItsValues() {
        for (SeriesRow row : rows()) {
            assertEquals(row, SeriesColumns.read(cells(row)));
        }
    }

    @Test
    void namesAreUniqueAndValuesOfTheirTypes() {
        List<String> names = SeriesColumns.ALL.stream().map(Column::name).toList();
        assertEquals(names.stream().distinct().toList(), names);
        for (Column<SeriesRow, ?> column : SeriesColumns.ALL) {
            List<Object> values = new ArrayList<>();
            for (SeriesRow row : rows()) {
                Object value = column.value(row);
                if (value != null) {
                    values.add(value);
                }
            }
            assertFalse(values.isEmpty(), column.name());
            assertTrue(values.stream().allMatch(javaType(column.type())::isInstance), column.name());
            assertFalse(column.description().isEmpty(), column.name());
        }
    }

    private static Class<?> javaType(ColumnType type) {
        return switch (type) {
            case TEXT -> String.class;
            case INTEGER -> Long.class;
            case REAL -> Double.class;
            case TEXTS, REALS -> List.class;
        };
    }

    @Test
    void whatIsMissingOrWrongIsNamed() {
        SeriesRow row = rows().getFirst();
        for (String needed : List.of("layer", "weights", "overlap", "larErrorEstimate", "method", "precision")) {
            Map<String, String> texts = new HashMap<>(cells(row).texts());
            texts.remove(needed);
            assertRefused("needs \"" + needed + "\"", texts);
        }
        Map.of("tokens", "1.5", "lar", "NaN", "method", "qr", "status", "fine").forEach((name, wrong) -> {
            Map<String, String> texts = new HashMap<>(cells(row).texts());
            texts.put(name, wrong);
            assertRefused("\"" + name + "\" is ", texts);
        });
    }

    private static void assertRefused(String message, Map<String, String> texts) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> SeriesColumns.read(new Cells(texts, Map.of())));
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused::toString);
    }

    @Test
    void rowsAreSentBetweenJvms() throws IOException, ClassNotFoundException {
        for (SeriesRow row : rows()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(row);
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                assertEquals(row, in.readObject());
            }
        }
    }
}
