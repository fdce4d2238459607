package io.github.logalign.bench.results;

import java.util.List;
import java.util.Optional;

/**
 * A row of the summary: ratios of times, and what is wanted of them.
 *
 * @param what whose times are compared
 * @param ratios what is measured
 * @param wanted one for all ratios, one for each, or none
 */
record Goal(String what, List<Ratio> ratios, Wanted wanted) {

    /**
     * What is wanted of the ratios.
     *
     * @param narrow on CPUs with AVX2 and without AVX-512
     * @param wide on CPUs with AVX-512
     */
    record Wanted(List<Double> narrow, List<Double> wide) {

        List<Double> on(Machine machine) {
            return machine.isNarrow() ? narrow : wide;
        }
    }

    /** A ratio of two measured times. */
    interface Ratio {

        /** The ratio on a machine, empty if it was not measured there. */
        Optional<Double> in(Results results);

        /** Whether a smaller ratio is better. */
        default boolean isAtMost() {
            return false;
        }
    }

    /** Whether a ratio is what was wanted. */
    boolean isReached(int index, double ratio, Machine machine) {
        List<Double> numbers = wanted.on(machine);
        if (numbers.isEmpty()) {
            return true;
        }
        double number = numbers.get(Math.min(index, numbers.size() - 1));
        // As it is printed, with two digits.
        double rounded = Math.round(ratio * 100) / 100.0;
        return ratios.get(index).isAtMost() ? rounded <= number : rounded >= number;
    }
}
