package io.github.logalign;

import io.github.logalign.internal.engine.GroupMoments;
import io.github.logalign.internal.engine.WeightsIdentity;
import io.github.logalign.matrix.Computation;
import java.io.Serial;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The activation spectrum of a layer's inputs: {@code q_i = sum_t (v_i . x_t)^2 / sum_t ||x_t||^2} over the tokens that
 * count, v_i the right singular vectors of W. If W has fewer rows than columns the q_i sum to less than 1. Single q_i are
 * not unique where singular values nearly coincide; their sum over such a group is.
 *
 * <p>Thread safety: immutable.
 */
public final class ActivationSpectrum implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The spectrum, in the order of the singular values. */
    private final double[] q;

    /** How many tokens counted. */
    private final long tokens;

    /** How many tokens a mask left out. */
    private final long maskedTokens;

    /** Whether there is no energy. */
    private final boolean zero;

    /** What ran. */
    private final Computation computation;

    /** On whose vectors. */
    private final WeightsIdentity weights;

    /** What groups of tokens summed up to; null if some tokens were in none. */
    private final @Nullable GroupMoments groups;

    ActivationSpectrum(WeightsIdentity weights, double[] q, long tokens, long maskedTokens, boolean zero,
            Computation computation, @Nullable GroupMoments groups) {
        this.groups = groups;
        this.weights = weights;
        this.q = q;
        this.tokens = tokens;
        this.maskedTokens = maskedTokens;
        this.zero = zero;
        this.computation = computation;
    }

    /**
     * The spectrum.
     *
     * @return r values, in the order of the singular values, as a copy; all 0 if there is no energy
     */
    public double[] q() {
        return q.clone();
    }

    /**
     * The number of tokens that counted.
     *
     * @return how many rows were projected
     */
    public long tokens() {
        return tokens;
    }

    /**
     * The number of tokens that a mask left out.
     *
     * @return how many rows were not read
     */
    public long maskedTokens() {
        return maskedTokens;
    }

    /**
     * Tells whether there is no energy: no tokens, or all activations 0.
     *
     * @return true if q has no meaning
     */
    public boolean isZero() {
        return zero;
    }

    /**
     * What ran.
     *
     * @return one step, the projection, or none if nothing was projected
     */
    public Computation computation() {
        return computation;
    }

    /**
     * How far q, normalised to a sum of 1, spreads.
     *
     * @return the spread, empty if no energy falls on the right singular vectors
     */
    public Optional<Spread> spread() {
        for (double value : q) {
            if (value > 0) {
                return Optional.of(Spread.of(q));
            }
        }
        return Optional.empty();
    }

    double[] values() {
        return q;
    }

    @Nullable
    GroupMoments groups() {
        return groups;
    }

    WeightsIdentity weights() {
        return weights;
    }
}
