package io.github.logalign.track;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;

import io.github.logalign.Interval;
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

    private static final Column<Comparison, Double> STANDARD_ERROR = number(
            "standardError", "standard error of the difference over groups of tokens",
            row -> row.difference().standardError());

    private static final Column<Comparison, Double> LOW = number(
            "interval.low", "lower end of the interval of the difference", interval(Interval::low));

    private static final Column<Comparison, Double> HIGH = number(
            "interval.high", "upper end of the interval of the difference", interval(Interval::high));

    private static final Column<Comparison, Double> LEVEL = number(
            "interval.level", "probability that such an interval covers the true difference",
            interval(Interval::level));

    private static final Column<Comparison, Double> P_VALUE = number(
            "pValue", "probability of a difference at least as large if there is none, two-sided, not below 2e-15",
            row -> row.difference().pValue());

    /** The corrected p-value. */
    public static final Column<Comparison, Double> ADJUSTED = number(
            "adjustedPValue", "the same, corrected by Holm for the number of rows", Comparison::adjustedPValue)
            .shownAs("p", "%.2g");

    /** How the tokens relate. */
    public static final Column<Comparison, String> TOKENS = text(
            "tokens", "same: both are of the same tokens, so their groups are paired; other: they are not known to be",
            row -> row.difference().paired() ? "same" : "other");

    private static final Column<Comparison, Long> GROUPS = integer(
            "groups", "groups of tokens, of the side that has fewer",
            row -> Math.min(row.first().groups(), row.second().groups()));

    /** All columns, in the order of files. */
    public static final List<Column<Comparison, ?>> ALL = List.of(
            LAYER, FIRST_STEP, SECOND_STEP, FIRST_LAR, SECOND_LAR, DIFFERENCE, STANDARD_ERROR, LOW, HIGH, LEVEL,
            P_VALUE,
            ADJUSTED, TOKENS, GROUPS);

    private ComparisonColumns() {}

    private static Column<Comparison, Double> number(
            String name, String description, Function<Comparison, @Nullable Double> getter) {
        return real(name, description, getter);
    }

    private static Function<Comparison, @Nullable Double> interval(Function<Interval, Double> part) {
        return row -> row.difference().interval() == null ? null : part.apply(row.difference().interval());
    }
}
