package io.github.logalign.report;

import io.github.logalign.Spread;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.StoredOrientation;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.FileStamp;
import io.github.logalign.track.SeriesRow;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of the names and values that {@link Fields} made of them. Nested names have a dot, as in CSV; values are the
 * text of the file; what is null or empty has no entry.
 */
final class RowReader {

    static final String WEIGHTS_STAMP = "weightsStamp";
    static final String ACTIVATIONS_STAMP = "activationsStamp";
    static final String LAYOUT = "layoutOptions";
    static final String CONFIG_STAMP = "configStamp";

    private final Map<String, String> values;
    private final List<String> warnings;

    private RowReader(Map<String, String> values, List<String> warnings) {
        this.values = values;
        this.warnings = warnings;
    }

    /**
     * A row of a series.
     *
     * @throws IllegalArgumentException if a value is missing or is not what it should be, naming the field
     */
    static SeriesRow row(Map<String, String> values, List<String> warnings) {
        return new RowReader(values, warnings).row();
    }

    private SeriesRow row() {
        Long step = whole("step");
        Status status = constant(Status.class, "status");
        Double seconds = number("seconds");
        if (step == null || step < 0 || status == null) {
            throw new IllegalArgumentException("every row needs a step from 0 on and a status");
        }
        LayerScore score = new LayerScore(
                required("layer"),
                required("weights"),
                values.get("tensor"),
                whole("rows"),
                whole("cols"),
                constant(ElementType.class, "elementType"),
                values.get("activations"),
                values.get("activation"),
                whole("tokens"),
                whole("maskedTokens"),
                constant(ScoreMethod.class, "method"),
                values.get("driver"),
                constant(Precision.class, "precision"),
                number("overlap"),
                number("lar"),
                number("larErrorEstimate"),
                number("effectiveDimension"),
                rank(),
                number("nullSpaceEnergy"),
                spread("weightSpread"),
                spread("activationSpread"),
                number("stableRank"),
                constant(StoredOrientation.class, "orientation"),
                values.get("orientationReason"),
                status,
                values.get("reason"),
                warnings,
                seconds == null ? 0 : seconds);
        return new SeriesRow(step, score, number("baseline"), number("deviation"), number("slope"), stamp());
    }

    /** Null in files of earlier versions. */
    private @Nullable CheckpointStamp stamp() {
        String weights = values.get(WEIGHTS_STAMP);
        String activations = values.get(ACTIVATIONS_STAMP);
        return weights == null || activations == null
                ? null
                : new CheckpointStamp(
                        FileStamp.parse(weights), FileStamp.parse(activations), values.getOrDefault(LAYOUT, ""),
                        values.get(CONFIG_STAMP));
    }

    private String required(String field) {
        String value = values.get(field);
        if (value == null) {
            throw new IllegalArgumentException("every row needs \"" + field + "\"");
        }
        return value;
    }

    private @Nullable Double number(String field) {
        String text = values.get(field);
        if (text == null) {
            return null;
        }
        try {
            double value = Double.parseDouble(text);
            if (!Double.isNaN(value)) {
                return value;
            }
        } catch (NumberFormatException notOne) {
            throw wrong(field, text, "a number");
        }
        throw wrong(field, text, "a number");
    }

    private @Nullable Long whole(String field) {
        String text = values.get(field);
        if (text == null) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notOne) {
            throw wrong(field, text, "a whole number");
        }
    }

    private @Nullable Integer rank() {
        Long value = whole("numericalRank");
        return value == null ? null : (Integer) Math.toIntExact(value);
    }

    private <E extends Enum<E>> @Nullable E constant(Class<E> type, String field) {
        String text = values.get(field);
        if (text == null) {
            return null;
        }
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException none) {
            throw wrong(field, text, "one of the known words");
        }
    }

    private @Nullable Spread spread(String field) {
        Double participation = number(field + ".participationRatio");
        Double entropy = number(field + ".entropy");
        Double effective = number(field + ".effectiveRank");
        Double largest = number(field + ".largest");
        if (participation == null || entropy == null || effective == null || largest == null) {
            return null;
        }
        return new Spread(participation, entropy, effective, largest);
    }

    private static IllegalArgumentException wrong(String field, String text, String wanted) {
        return new IllegalArgumentException(
                "\"" + field + "\" is " + wanted + ", not \"" + Names.printable(text) + "\"");
    }
}
