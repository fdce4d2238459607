package io.github.logalign.score;

import java.io.Serializable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of a layer: a result ({@link Ok}), or a reason why there is none ({@link Missing}). Each kind holds what it has
 * and nothing else: switch over them.
 *
 * <p>Thread safety: immutable.
 */
public sealed interface Outcome extends Serializable {

    /**
     * The outcome in a word.
     *
     * @return the word's constant
     */
    Status status();

    /** The words of reports. */
    enum Status {
        /** There is a result. */
        OK,
        /** The result is undefined. */
        UNDEFINED,
        /** There was nothing to compute with. */
        SKIPPED,
        /** Something is wrong with the data. */
        FAILED;

        /**
         * The word.
         *
         * @return in lower case
         */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** There is a result. */
    sealed interface Ok extends Outcome {

        @Override
        default Status status() {
            return Status.OK;
        }
    }

    /** There is none. */
    sealed interface Missing extends Outcome {

        /**
         * Why there is none.
         *
         * @return what is wrong with which tensor of which file, and what to do
         */
        String reason();
    }

    /**
     * LAR has a value.
     *
     * @param overlap sum p q, from 0 to 1
     * @param lar the log-alignment ratio, minus infinity if the overlap is 0
     * @param larErrorEstimate about how far it may be off, maybe infinity
     * @param errorBars how sure that is; null where groups of tokens were not known
     * @param findings what ran, and what else was found
     */
    record Scored(double overlap, double lar, double larErrorEstimate, @Nullable ErrorBars errorBars,
            Findings findings) implements Ok {

        /**
         * The effective dimension.
         *
         * @return k = 1 / overlap, infinity if the overlap is 0
         */
        public double effectiveDimension() {
            return 1 / overlap;
        }
    }

    /**
     * The weight spectrum was asked for alone, and is there.
     *
     * @param findings what ran, and what was found
     */
    record Decomposed(Findings findings) implements Ok {}

    /**
     * LAR or the spectrum is undefined.
     *
     * @param reason why, and what to do
     * @param findings what ran, and what was found all the same
     */
    record Undefined(String reason, Findings findings) implements Missing {

        @Override
        public Status status() {
            return Status.UNDEFINED;
        }
    }

    /**
     * There was nothing to compute with.
     *
     * @param reason what is missing, and what to do
     */
    record Skipped(String reason) implements Missing {

        @Override
        public Status status() {
            return Status.SKIPPED;
        }
    }

    /**
     * Something is wrong with the data.
     *
     * @param reason what, and what to do
     */
    record Failed(String reason) implements Missing {

        @Override
        public Status status() {
            return Status.FAILED;
        }
    }
}
