package io.github.logalign;

import io.github.logalign.internal.engine.ErrorModel;
import java.io.Serializable;

/**
 * How a layer's inputs line up with its weights, or why that is undefined. A result is never NaN: ask
 * {@link #isDefined()}, or switch over the two kinds.
 *
 * <p>Source: arXiv 2605.28975. Thread safety: immutable.
 */
public sealed interface Alignment extends Serializable {

    /**
     * Tells whether there is a value.
     *
     * @return true for {@link Defined}
     */
    boolean isDefined();

    /**
     * The overlap {@code sum p_i q_i} of the two spectra.
     *
     * @return from 0 to 1
     * @throws IllegalStateException if undefined, with the reason
     */
    double overlap();

    /**
     * The log-alignment ratio {@code 1 + ln(overlap) / (2 ln n)}.
     *
     * @return at most 1; 1/2 for isotropic inputs; minus infinity if the overlap is 0
     * @throws IllegalStateException if undefined, with the reason
     */
    double lar();

    /**
     * The effective dimension {@code k = 1 / overlap = n^(2(1-LAR))}.
     *
     * @return at least 1; infinity if the overlap is 0
     * @throws IllegalStateException if undefined, with the reason
     */
    double effectiveDimension();

    /**
     * A defined alignment.
     *
     * @param inputDimension n, at least 2
     * @param overlap sum p_i q_i, from 0 to 1
     * @param larErrorEstimate about how far LAR may be off, absolutely; infinity if rounding alone could make the overlap
     */
    record Defined(int inputDimension, double overlap, double larErrorEstimate) implements Alignment {

        /** Rounding can carry an overlap above 1 by an ulp or two; by definition it is at most 1. */
        static Defined of(int inputDimension, double overlap, ErrorModel errors) {
            double atMostOne = Math.min(1, overlap);
            return new Defined(inputDimension, atMostOne, errors.larError(inputDimension, atMostOne));
        }

        @Override
        public boolean isDefined() {
            return true;
        }

        @Override
        public double lar() {
            return 1 + 0.5 * Math.log(overlap) / Math.log(inputDimension);
        }

        @Override
        public double effectiveDimension() {
            return 1 / overlap;
        }
    }

    /**
     * An alignment that has no value.
     *
     * @param reason why
     */
    record Undefined(UndefinedReason reason) implements Alignment {

        @Override
        public boolean isDefined() {
            return false;
        }

        @Override
        public double overlap() {
            throw noValue();
        }

        @Override
        public double lar() {
            throw noValue();
        }

        @Override
        public double effectiveDimension() {
            throw noValue();
        }

        private IllegalStateException noValue() {
            return new IllegalStateException("the alignment is undefined: " + reason.explanation());
        }
    }
}
