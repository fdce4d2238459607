package io.github.logalign.score;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;
import static io.github.logalign.score.Column.texts;
import static io.github.logalign.score.Column.words;

import io.github.logalign.Spread;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Findings.InputSummary;
import io.github.logalign.score.Findings.Run;
import io.github.logalign.score.Findings.Tokens;
import io.github.logalign.score.Findings.WeightSummary;
import io.github.logalign.score.LayerInfo.Shape;
import io.github.logalign.score.LayerInfo.Source;
import io.github.logalign.score.LayerInfo.Storage;
import io.github.logalign.score.Outcome.Scored;
import io.github.logalign.score.Outcome.Status;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a row: what files, tables, the help and the README say of a {@link LayerScore} comes from here. A column is one
 * line; one that holds what cannot be derived from others is taken up by {@link #read} too.
 *
 * <p>This file is long because it is the list of them.
 */
public final class LayerColumns {

    /** The layer. */
    public static final Column<LayerScore, String> LAYER = text("layer", "name of the layer", LayerScore::layer);

    private static final Column<LayerScore, String> WEIGHTS = text(
            "weights", "file of the weight", row -> row.info().weight().file());

    private static final Column<LayerScore, String> TENSOR = text(
            "tensor", "name of the weight in it", row -> row.info().weight().name());

    private static final Column<LayerScore, Long> ROWS = integer(
            "rows", "m, the outputs of the layer", shape(Shape::rows));

    private static final Column<LayerScore, Long> COLS = integer(
            "cols", "n, its inputs", shape(Shape::columns));

    private static final Column<LayerScore, ElementType> ELEMENT_TYPE = words(
            "elementType", List.of(ElementType.values()), Enum::name, "element type of the weight",
            shape(Shape::elementType));

    private static final Column<LayerScore, String> ACTIVATIONS = text(
            "activations", "file of the activations", activation(Source::file));

    private static final Column<LayerScore, String> ACTIVATION = text(
            "activation", "name of the activations in it", activation(Source::name));

    /** How many tokens counted. */
    public static final Column<LayerScore, Long> TOKENS = integer(
            "tokens", "tokens that counted", tokens(Tokens::counted));

    private static final Column<LayerScore, Long> MASKED_TOKENS = integer(
            "maskedTokens", "tokens that the mask left out", tokens(Tokens::masked));

    /** How it was computed. */
    public static final Column<LayerScore, ScoreMethod> METHOD = words(
            "method", List.of(ScoreMethod.values()), LayerColumns::lowerCase, "method that gave the result",
            run(Run::method));

    private static final Column<LayerScore, String> DRIVER = text(
            "driver", "routines that ran", run(Run::driver));

    private static final Column<LayerScore, Precision> PRECISION = words(
            "precision", List.of(Precision.values()), LayerColumns::lowerCase, "precision of the computation",
            run(Run::precision));

    /** The overlap. */
    public static final Column<LayerScore, Double> OVERLAP = scored(
            "overlap", "sum p q = ||X W^T||² / (||W||² ||X||²), from 0 to 1", Scored::overlap)
            .shownAs("overlap", "%.3e");

    /** The log-alignment ratio. */
    public static final Column<LayerScore, Double> LAR = scored(
            "lar", "LAR = 1 + ln(overlap) / (2 ln n): 1/2 for isotropic inputs, 1 if all inputs lie along W's strongest"
                    + " direction; below 1/2 the inputs avoid what W amplifies",
            Scored::lar)
            .shownAs("LAR", "%.6f");

    private static final Column<LayerScore, Double> LAR_ERROR_ESTIMATE = scored(
            "larErrorEstimate", "about how far LAR may be off by rounding", Scored::larErrorEstimate);

    /** The effective dimension. */
    public static final Column<LayerScore, Double> EFFECTIVE_DIMENSION = scored(
            "effectiveDimension", "k = 1 / overlap = n^(2(1-LAR)): the dimension of what the layer sees of its inputs",
            Scored::effectiveDimension)
            .shownAs("k", "%.2f");

    /** The numerical rank. */
    public static final Column<LayerScore, Long> NUMERICAL_RANK = integer(
            "numericalRank", "singular values above max(m, n) eps sigma_1 (its square root from the Gram matrix)",
            weight(weight -> (long) weight.numericalRank()))
            .shownAs("rank", "%d");

    /** The energy in the null space. */
    public static final Column<LayerScore, Double> NULL_SPACE_ENERGY = real(
            "nullSpaceEnergy", "share of the inputs' energy that W cannot see",
            inputs(InputSummary::nullSpaceEnergy))
            .shownAs("null space", "%.2e");

    /** The participation ratio of p. */
    public static final Column<LayerScore, Double> P_PARTICIPATION = ofP(
            "participationRatio", "participation ratio of p, 1 / sum p²", Spread::participationRatio)
            .shownAs("participation", "%.2f");

    private static final Column<LayerScore, Double> P_ENTROPY = ofP(
            "entropy", "entropy of p", Spread::entropy).withUnit("nats");

    /** The effective rank of p. */
    public static final Column<LayerScore, Double> P_EFFECTIVE_RANK = ofP(
            "effectiveRank", "effective rank of p, exp(entropy)", Spread::effectiveRank)
            .shownAs("effective rank", "%.2f");

    /** The largest entry of p. */
    public static final Column<LayerScore, Double> P_LARGEST = ofP(
            "largest", "largest entry of p", Spread::largest).shownAs("largest p", "%.4f");

    private static final Column<LayerScore, Double> Q_PARTICIPATION = ofQ(
            "participationRatio", "participation ratio of q", Spread::participationRatio);

    private static final Column<LayerScore, Double> Q_ENTROPY = ofQ(
            "entropy", "entropy of q", Spread::entropy).withUnit("nats");

    /** The effective rank of q. */
    public static final Column<LayerScore, Double> Q_EFFECTIVE_RANK = ofQ(
            "effectiveRank", "effective rank of q", Spread::effectiveRank);

    private static final Column<LayerScore, Double> Q_LARGEST = ofQ(
            "largest", "largest entry of q", Spread::largest);

    /** The stable rank. */
    public static final Column<LayerScore, Double> STABLE_RANK = real(
            "stableRank", "sum sigma² / sigma_1²", weight(WeightSummary::stableRank))
            .shownAs("stable rank", "%.2f");

    private static final Column<LayerScore, StoredOrientation> ORIENTATION = words(
            "orientation", List.of(StoredOrientation.values()), StoredOrientation::label,
            "how the weight is stored, output-input or input-output", storage(Storage::orientation));

    private static final Column<LayerScore, String> ORIENTATION_REASON = text(
            "orientationReason", "why it was taken to be stored so", storage(Storage::reason));

    /** How it went. */
    public static final Column<LayerScore, Status> STATUS = words(
            "status", List.of(Status.values()), Status::word,
            "ok, undefined (LAR has no value), skipped (nothing to compute with) or failed (bad data)",
            row -> row.outcome().status());

    private static final Column<LayerScore, String> REASON = text(
            "reason", "why the status is not ok, and what to do", row -> row.reason().orElse(null));

    private static final Column<LayerScore, List<String>> WARNINGS = texts(
            "warnings", "what else should be known", LayerScore::warnings);

    /** The time. */
    public static final Column<LayerScore, Double> SECONDS = real(
            "seconds", "wall time of the row", LayerScore::seconds).withUnit("s");

    /** All columns, in the order of files. */
    public static final List<Column<LayerScore, ?>> ALL = Stream.of(
            List.of(LAYER, WEIGHTS, TENSOR, ROWS, COLS, ELEMENT_TYPE, ACTIVATIONS, ACTIVATION, TOKENS, MASKED_TOKENS,
                    METHOD, DRIVER, PRECISION, OVERLAP, LAR, LAR_ERROR_ESTIMATE),
            ErrorBarColumns.ALL,
            List.of(EFFECTIVE_DIMENSION, NUMERICAL_RANK, NULL_SPACE_ENERGY, P_PARTICIPATION, P_ENTROPY,
                    P_EFFECTIVE_RANK, P_LARGEST, Q_PARTICIPATION, Q_ENTROPY, Q_EFFECTIVE_RANK, Q_LARGEST, STABLE_RANK),
            UpdateColumns.ALL,
            List.of(ORIENTATION, ORIENTATION_REASON, STATUS, REASON, WARNINGS, SECONDS))
            .<Column<LayerScore, ?>>flatMap(List::stream)
            .toList();

    /** What tables show of the alignment of updates. */
    public static final List<Column<LayerScore, ?>> UPDATES = UpdateColumns.SHOWN;

    private LayerColumns() {}

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <V> Function<LayerScore, @Nullable V> shape(Function<Shape, @Nullable V> part) {
        return row -> row.info().shape() == null ? null : part.apply(row.info().shape());
    }

    private static <V> Function<LayerScore, @Nullable V> activation(Function<Source, @Nullable V> part) {
        return row -> row.info().activation() == null ? null : part.apply(row.info().activation());
    }

    private static <V> Function<LayerScore, @Nullable V> storage(Function<Storage, V> part) {
        return row -> row.info().storage() == null ? null : part.apply(row.info().storage());
    }

    private static <V> Function<LayerScore, @Nullable V> run(Function<Run, V> part) {
        return row -> row.findings().map(Findings::run).map(part).orElse(null);
    }

    private static <V> Function<LayerScore, @Nullable V> tokens(Function<Tokens, V> part) {
        return row -> row.findings().map(Findings::tokens).map(part).orElse(null);
    }

    private static <V> Function<LayerScore, @Nullable V> weight(Function<WeightSummary, @Nullable V> part) {
        return row -> row.findings().map(Findings::weight).map(part).orElse(null);
    }

    private static <V> Function<LayerScore, @Nullable V> inputs(Function<InputSummary, @Nullable V> part) {
        return row -> row.findings().map(Findings::inputs).map(part).orElse(null);
    }

    private static Column<LayerScore, Double> scored(String name, String description, Function<Scored, Double> part) {
        return real(name, description, row -> row.scored().map(part).orElse(null));
    }

    private static Column<LayerScore, Double> ofP(String name, String description, Function<Spread, Double> part) {
        return real("weightSpread." + name, description, weight(
                weight -> weight.spread() == null ? null : part.apply(weight.spread())));
    }

    private static Column<LayerScore, Double> ofQ(String name, String description, Function<Spread, Double> part) {
        return real("activationSpread." + name, description, inputs(
                inputs -> inputs.spread() == null ? null : part.apply(inputs.spread())));
    }

    /**
     * Makes a row of what a file holds.
     *
     * @param cells the values by the columns' names; others are ignored
     * @return the row
     * @throws IllegalArgumentException if a value is missing or is not what it should be, naming the column
     * @throws ArithmeticException if the rank is too large
     */
    public static LayerScore read(Cells cells) {
        Status status = STATUS.in(cells, "every row");
        LAYER.in(cells, "every row");
        WEIGHTS.in(cells, "every row");
        ALL.forEach(column -> column.in(cells));
        Outcome outcome = switch (status) {
            case OK -> LAR.in(cells) == null ? new Outcome.Decomposed(findings(cells)) : scored(cells);
            case UNDEFINED -> new Outcome.Undefined(REASON.in(cells, "an undefined row"), findings(cells));
            case SKIPPED -> new Outcome.Skipped(REASON.in(cells, "a skipped row"));
            case FAILED -> new Outcome.Failed(REASON.in(cells, "a failed row"));
        };
        return new LayerScore(info(cells), outcome, Objects.requireNonNullElse(SECONDS.in(cells), 0.0),
                UpdateColumns.read(cells));
    }

    private static LayerInfo info(Cells cells) {
        String activations = ACTIVATIONS.in(cells);
        Long rows = ROWS.in(cells);
        Long columns = COLS.in(cells);
        ElementType type = ELEMENT_TYPE.in(cells);
        StoredOrientation orientation = ORIENTATION.in(cells);
        return new LayerInfo(
                LAYER.in(cells, "every row"),
                new Source(WEIGHTS.in(cells, "every row"), TENSOR.in(cells)),
                activations == null ? null : new Source(activations, ACTIVATION.in(cells)),
                rows == null || columns == null ? null : new Shape(rows, columns, type),
                orientation == null
                        ? null
                        : new Storage(orientation, ORIENTATION_REASON.in(cells, "a row with an orientation")),
                Objects.requireNonNullElse(WARNINGS.in(cells), List.of()));
    }

    private static Scored scored(Cells cells) {
        String who = "a row with a LAR";
        return new Scored(
                OVERLAP.in(cells, who), LAR.in(cells, who), LAR_ERROR_ESTIMATE.in(cells, who),
                ErrorBarColumns.read(cells), findings(cells));
    }

    private static Findings findings(Cells cells) {
        String who = "a row with a result";
        Run run = new Run(METHOD.in(cells, who), DRIVER.in(cells, who), PRECISION.in(cells, who));
        Long tokens = TOKENS.in(cells);
        Long masked = MASKED_TOKENS.in(cells);
        Long rank = NUMERICAL_RANK.in(cells);
        Double stableRank = STABLE_RANK.in(cells);
        Spread ofInputs = spread(cells, List.of(Q_PARTICIPATION, Q_ENTROPY, Q_EFFECTIVE_RANK, Q_LARGEST));
        Double nullSpaceEnergy = NULL_SPACE_ENERGY.in(cells);
        return new Findings(
                run,
                tokens == null || masked == null ? null : new Tokens(tokens, masked),
                rank == null || stableRank == null
                        ? null
                        : new WeightSummary(Math.toIntExact(rank), stableRank,
                                spread(cells, List.of(P_PARTICIPATION, P_ENTROPY, P_EFFECTIVE_RANK, P_LARGEST))),
                ofInputs == null && nullSpaceEnergy == null ? null : new InputSummary(ofInputs, nullSpaceEnergy));
    }

    /** The four parts in the order of {@link Spread}; null if one of them is missing. */
    private static @Nullable Spread spread(Cells cells, List<Column<LayerScore, Double>> parts) {
        List<Double> values = parts.stream().map(column -> column.in(cells)).filter(Objects::nonNull).toList();
        return values.size() < parts.size()
                ? null
                : new Spread(values.get(0), values.get(1), values.get(2), values.get(3));
    }
}
