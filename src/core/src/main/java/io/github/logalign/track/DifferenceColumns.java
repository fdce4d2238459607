package io.github.logalign.track;

import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;

import io.github.logalign.Interval;
import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns that say how sure a difference of LAR is.
 *
 * @param <R> the rows
 * @param standardError of the difference
 * @param low the lower end of its interval
 * @param high the upper end
 * @param level of the interval
 * @param pValue of the difference
 * @param tokens {@value #SAME} or {@value #OTHER}
 */
record DifferenceColumns<R>(Column<R, Double> standardError, Column<R, Double> low, Column<R, Double> high,
        Column<R, Double> level, Column<R, Double> pValue, Column<R, String> tokens) {

    private static final String SAME = "same";
    private static final String OTHER = "other";

    /**
     * The columns of rows.
     *
     * @param prefix how their names begin; empty where the row is of nothing but a difference
     * @param what what the difference is called
     * @param of takes the difference from a row
     */
    static <R> DifferenceColumns<R> of(String prefix, String what, Function<R, @Nullable LarDifference> of) {
        Function<String, String> name = part -> prefix.isEmpty()
                ? part
                : prefix + Character.toUpperCase(part.charAt(0)) + part.substring(1);
        return new DifferenceColumns<>(
                real(name.apply("standardError"), "standard error of the " + what + " over groups of tokens",
                        part(of, LarDifference::standardError)),
                real(name.apply("interval.low"), "lower end of the interval of the " + what,
                        end(of, Interval::low)),
                real(name.apply("interval.high"), "upper end of the interval of the " + what,
                        end(of, Interval::high)),
                real(name.apply("interval.level"), "probability that such an interval covers the true " + what,
                        end(of, Interval::level)),
                real(name.apply("pValue"), "probability of a " + what
                        + " at least as large if there is none, two-sided, not below 2e-15",
                        part(of, LarDifference::pValue)),
                text(name.apply("tokens"),
                        SAME + ": both are of the same tokens, so their groups are paired; " + OTHER
                                + ": they are not known to be",
                        part(of, difference -> difference.paired() ? SAME : OTHER)));
    }

    private static <R, V> Function<R, @Nullable V> part(
            Function<R, @Nullable LarDifference> of, Function<LarDifference, @Nullable V> part) {
        return row -> {
            LarDifference difference = of.apply(row);
            return difference == null ? null : part.apply(difference);
        };
    }

    private static <R> Function<R, @Nullable Double> end(
            Function<R, @Nullable LarDifference> of, Function<Interval, Double> end) {
        return part(of, difference -> difference.interval() == null ? null : end.apply(difference.interval()));
    }

    /** All of them, in the order of files. */
    List<Column<R, ?>> all() {
        return List.of(standardError, low, high, level, pValue, tokens);
    }

    /** What a file holds of a difference; null if it does not say how sure it is. */
    @Nullable
    LarDifference in(Cells cells, @Nullable Double difference) {
        Double error = standardError.in(cells);
        if (difference == null || error == null) {
            return null;
        }
        Double itsLow = low.in(cells);
        Double itsHigh = high.in(cells);
        Double itsLevel = level.in(cells);
        Interval interval = itsLow == null || itsHigh == null
                ? null
                : new Interval(itsLow, itsHigh, Objects.requireNonNullElse(itsLevel, Interval.LEVEL));
        return new LarDifference(difference, error, interval, pValue.in(cells), SAME.equals(tokens.in(cells)));
    }
}
