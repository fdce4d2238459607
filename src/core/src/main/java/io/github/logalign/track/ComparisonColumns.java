package io.github.logalign.track;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;

import io.github.logalign.score.Column;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The schema of a row of a comparison. */
public final class ComparisonColumns {

    /** The layer. */
    public static final Column<Comparison, String> LAYER = text(
            "layer", "name of the layer", row -> row.first().layer());

    /** The first step. */
    public static final Column<Comparison, Long> FIRST_STEP = integer(
            "firstStep", "training step that is compared with", row -> row.first().step());

    /** The second step. */
    public static final Column<Comparison, Long> SECOND_STEP = integer(
            "secondStep", "training step that is compared", row -> row.second().step());

    /** The first LAR. */
    public static final Column<Comparison, Double> FIRST_LAR = number(
            "firstLar", "LAR at the first", row -> row.first().lar()).shownAs("LAR", "%.6f");

    /** The second LAR. */
    public static final Column<Comparison, Double> SECOND_LAR = number(
            "secondLar", "LAR at the second", row -> row.second().lar()).shownAs("LAR of second", "%.6f");

    /** The difference. */
    public static final Column<Comparison, Double> DIFFERENCE = number(
            "difference", "second minus first", row -> row.difference().difference()).shownAs("difference", "%+.6f");

    private static final DifferenceColumns<Comparison> HOW_SURE = DifferenceColumns.of(
            "", "difference", Comparison::difference);

    /** The corrected p-value. */
    public static final Column<Comparison, Double> ADJUSTED = number(
            "adjustedPValue", "the same, corrected by Holm for the number of rows", Comparison::adjustedPValue)
            .shownAs("p", "%.2g");

    /** How the tokens relate. */
    public static final Column<Comparison, String> TOKENS = HOW_SURE.tokens();

    private static final Column<Comparison, Long> GROUPS = integer(
            "groups", "groups of tokens, of the side that has fewer",
            row -> Math.min(row.first().groups(), row.second().groups()));

    /** All columns, in the order of files. */
    public static final List<Column<Comparison, ?>> ALL = List.of(
            LAYER, FIRST_STEP, SECOND_STEP, FIRST_LAR, SECOND_LAR, DIFFERENCE, HOW_SURE.standardError(),
            HOW_SURE.low(), HOW_SURE.high(), HOW_SURE.level(), HOW_SURE.pValue(), ADJUSTED, TOKENS, GROUPS);

    private ComparisonColumns() {}

    private static Column<Comparison, Double> number(
            String name, String description, Function<Comparison, @Nullable Double> getter) {
        return real(name, description, getter);
    }
}
