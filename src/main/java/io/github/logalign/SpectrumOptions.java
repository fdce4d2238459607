package io.github.logalign;

import java.util.Objects;

/**
 * What a {@link WeightSpectrum} is to be computed with.
 *
 * @param method how; {@link Method#SVD} by default
 * @param precision in what precision; {@link Precision#DOUBLE} by default
 * @param vectors whether the right singular vectors are wanted; without them nothing can be projected
 */
public record SpectrumOptions(Method method, Precision precision, boolean vectors) {

    /** SVD in float64, with vectors. */
    public static final SpectrumOptions DEFAULT = new SpectrumOptions(Method.SVD, Precision.DOUBLE, true);

    /** Refuses nulls. */
    public SpectrumOptions {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(precision, "precision");
    }

    /**
     * The same with another method.
     *
     * @param newMethod how to compute the spectrum
     * @return the options
     */
    public SpectrumOptions withMethod(Method newMethod) {
        return new SpectrumOptions(newMethod, precision, vectors);
    }

    /**
     * The same in another precision.
     *
     * @param newPrecision the precision of the factorisation and the projections
     * @return the options
     */
    public SpectrumOptions withPrecision(Precision newPrecision) {
        return new SpectrumOptions(method, newPrecision, vectors);
    }

    /**
     * The same for p alone, which is cheaper.
     *
     * @return the options
     */
    public SpectrumOptions withoutVectors() {
        return new SpectrumOptions(method, precision, false);
    }
}
