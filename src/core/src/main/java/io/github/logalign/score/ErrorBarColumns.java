package io.github.logalign.score;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;

import io.github.logalign.Interval;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The columns that say how sure a row's numbers are. */
final class ErrorBarColumns {

    private static final Column<LayerScore, Double> STANDARD_ERROR = real(
            "larStandardError",
            "standard error of LAR over groups of tokens: how far it would move with other tokens of the"
                    + " same kind",
            bars(ErrorBars::larStandardError));

    private static final Column<LayerScore, Long> GROUPS = integer(
            "groups", "groups of tokens that the errors come from; tokens of one may depend on each other",
            bars(ErrorBars::groups));

    private static final Column<LayerScore, String> GROUPED_BY = text(
            "groupedBy", "what the groups are: given groups, sequences, or blocks of consecutive tokens",
            bars(ErrorBars::groupedBy));

    private static final Column<LayerScore, String> REASON = text(
            "intervalReason", "why there is no interval of LAR", bars(ErrorBars::reason));

    /** An interval takes two columns. */
    private record Ends(Column<LayerScore, Double> low, Column<LayerScore, Double> high) {

        static Ends of(String name, String what, Function<ErrorBars, @Nullable Interval> interval) {
            return new Ends(
                    real(name + ".low", "lower end of the interval of " + what, end(interval, Interval::low)),
                    real(name + ".high", "upper end of the interval of " + what, end(interval, Interval::high)));
        }

        @Nullable
        Interval in(Cells cells) {
            Double itsLow = low.in(cells);
            Double itsHigh = high.in(cells);
            Double level = LEVEL.in(cells);
            return itsLow == null || itsHigh == null
                    ? null
                    : new Interval(itsLow, itsHigh, Objects.requireNonNullElse(level, Interval.LEVEL));
        }
    }

    private static final Ends LAR = Ends.of("larInterval", "LAR", ErrorBars::lar);

    private static final Column<LayerScore, Double> LEVEL = real(
            "larInterval.level", "probability that such an interval covers the true value",
            end(ErrorBars::lar, Interval::level));

    private static final Ends OVERLAP = Ends.of("overlapInterval", "the overlap", ErrorBars::overlap);

    private static final Ends DIMENSION = Ends.of("effectiveDimensionInterval", "k", ErrorBars::effectiveDimension);

    private static final Ends NULL_SPACE = Ends.of(
            "nullSpaceEnergyInterval", "the null-space energy", ErrorBars::nullSpaceEnergy);

    /** All of them, in the order of files. */
    static final List<Column<LayerScore, ?>> ALL = List.of(
            STANDARD_ERROR, LAR.low, LAR.high, LEVEL, GROUPS, GROUPED_BY, REASON, OVERLAP.low, OVERLAP.high,
            DIMENSION.low, DIMENSION.high, NULL_SPACE.low, NULL_SPACE.high);

    private ErrorBarColumns() {}

    private static <V> Function<LayerScore, @Nullable V> bars(Function<ErrorBars, @Nullable V> part) {
        return row -> row.scored().map(Outcome.Scored::errorBars).map(part).orElse(null);
    }

    private static Function<LayerScore, @Nullable Double> end(
            Function<ErrorBars, @Nullable Interval> interval, Function<Interval, Double> part) {
        return row -> row.scored().map(Outcome.Scored::errorBars).map(interval).map(part).orElse(null);
    }

    /** What a file holds of them; null if it has none, as files of earlier versions. */
    static @Nullable ErrorBars read(Cells cells) {
        Long groups = GROUPS.in(cells);
        if (groups == null) {
            return null;
        }
        return new ErrorBars(groups, GROUPED_BY.in(cells, "a row with groups"), STANDARD_ERROR.in(cells), LAR.in(cells),
                OVERLAP.in(cells), DIMENSION.in(cells), NULL_SPACE.in(cells), REASON.in(cells));
    }
}
