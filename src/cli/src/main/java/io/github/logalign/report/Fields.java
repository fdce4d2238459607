package io.github.logalign.report;

import io.github.logalign.Spread;
import io.github.logalign.score.LayerScore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row as names and values, in the order of the formats; every name is always there. */
final class Fields {

    /** The names within a spread. */
    static final List<String> SPREAD = List.of("participationRatio", "entropy", "effectiveRank", "largest");

    /** The fields that hold a spread. */
    static final List<String> SPREADS = List.of("weightSpread", "activationSpread");

    /** All names. */
    static final List<String> NAMES = List.of(
            "layer", "weights", "tensor", "rows", "cols", "elementType", "activations", "activation", "tokens",
            "maskedTokens", "method", "driver", "precision", "overlap", "lar", "larErrorEstimate", "effectiveDimension",
            "numericalRank", "nullSpaceEnergy", "weightSpread", "activationSpread", "stableRank", "orientation",
            "orientationReason", "status", "reason", "warnings", "seconds");

    private Fields() {}

    static Map<String, @Nullable Object> of(LayerScore row) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("layer", row.layer());
        fields.put("weights", row.weights());
        fields.put("tensor", row.tensor());
        fields.put("rows", row.rows());
        fields.put("cols", row.cols());
        fields.put("elementType", name(row.elementType()));
        fields.put("activations", row.activations());
        fields.put("activation", row.activation());
        fields.put("tokens", row.tokens());
        fields.put("maskedTokens", row.maskedTokens());
        fields.put("method", lowerCase(row.method()));
        fields.put("driver", row.driver());
        fields.put("precision", lowerCase(row.precision()));
        fields.put("overlap", row.overlap());
        fields.put("lar", row.lar());
        fields.put("larErrorEstimate", row.larErrorEstimate());
        fields.put("effectiveDimension", row.effectiveDimension());
        fields.put("numericalRank", row.numericalRank());
        fields.put("nullSpaceEnergy", row.nullSpaceEnergy());
        fields.put("weightSpread", spread(row.weightSpread()));
        fields.put("activationSpread", spread(row.activationSpread()));
        fields.put("stableRank", row.stableRank());
        fields.put("orientation", row.orientation() == null ? null : row.orientation().label());
        fields.put("orientationReason", row.orientationReason());
        fields.put("status", lowerCase(row.status()));
        fields.put("reason", row.reason());
        fields.put("warnings", row.warnings());
        fields.put("seconds", row.seconds());
        return fields;
    }

    private static @Nullable String name(@Nullable Enum<?> value) {
        return value == null ? null : value.name();
    }

    private static @Nullable String lowerCase(@Nullable Enum<?> value) {
        return value == null ? null : value.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Map<String, Double> spread(@Nullable Spread spread) {
        if (spread == null) {
            return null;
        }
        Map<String, Double> fields = new LinkedHashMap<>();
        fields.put("participationRatio", spread.participationRatio());
        fields.put("entropy", spread.entropy());
        fields.put("effectiveRank", spread.effectiveRank());
        fields.put("largest", spread.largest());
        return fields;
    }
}
