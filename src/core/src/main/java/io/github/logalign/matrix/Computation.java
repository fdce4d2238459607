package io.github.logalign.matrix;

import io.github.logalign.internal.check.Arguments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What ran: the steps that led to a result, and the routines that each of them consisted of. {@link #toString()} is the text
 * that rows have for it.
 *
 * <p>Thread safety: immutable.
 *
 * @param precision in what precision the routines ran
 * @param steps each once, in the order of {@link Kind}
 */
public record Computation(Precision precision, List<Step> steps) implements Serializable {

    /** The kinds of steps, in the order in which they are told. */
    public enum Kind {
        /** The SVD of W itself. */
        SVD_DIRECT(""),
        /** The SVD of the triangle of a QR factorisation. */
        SVD_TRIANGLE(""),
        /** The Gram matrix of the shorter side of W, and its eigenvectors. */
        GRAM(""),
        /** The projections of activations on the right singular vectors. */
        PROJECTION("projections by "),
        /** LAR without a factorisation: the inner product of the Gram matrices of W and X. */
        INNER("inner product of Gram matrices by "),
        /** LAR without a factorisation: the outputs X W^T, block by block. */
        OUTPUTS("outputs by "),
        /** LAR without a factorisation: the sum of squares of outputs that were there already. */
        GIVEN_OUTPUTS("sums");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        private boolean isFactorisation() {
            return compareTo(GRAM) <= 0;
        }
    }

    /**
     * One step.
     *
     * @param kind what it was for
     * @param products what took its matrix products, in no order
     * @param factorisation the routines that factorised, in their order
     */
    public record Step(Kind kind, Set<Routine> products, List<Routine> factorisation) implements Serializable {

        /** Copies the collections. */
        public Step {
            Arguments.required(kind, "kind");
            products = Set.copyOf(Arguments.required(products, "products"));
            factorisation = List.copyOf(Arguments.required(factorisation, "factorisation"));
        }

        private String text(Precision precision) {
            String routines = Stream
                    .concat(products.stream().map(routine -> routine.in(precision)).sorted(),
                            factorisation.stream().map(routine -> routine.in(precision)))
                    .collect(Collectors.joining("+"));
            return routines.isEmpty() && kind.isFactorisation() ? "none" : kind.words + routines;
        }
    }

    /** Brings the steps into their order. */
    public Computation {
        Arguments.required(precision, "precision");
        steps = Arguments.required(steps, "steps").stream()
                .distinct()
                .sorted(Comparator.comparing(Step::kind).thenComparing(step -> step.text(precision)))
                .toList();
    }

    /**
     * This computation and another one that led to the same result.
     *
     * @param other in the same precision
     * @return the steps of both
     * @throws IllegalArgumentException if the precisions differ
     */
    public Computation and(Computation other) {
        if (Arguments.required(other, "other").precision != precision) {
            throw new IllegalArgumentException("computations in two precisions have no result in common");
        }
        List<Step> all = new ArrayList<>(steps);
        all.addAll(other.steps);
        return new Computation(precision, all);
    }

    /** The steps with their routines, such as {@code dtpqrt+dgesdd; projections by kernel}; empty if nothing ran. */
    @Override
    public String toString() {
        return steps.stream().map(step -> step.text(precision)).collect(Collectors.joining("; "));
    }
}
