package io.github.logalign.score;

/** How a layer is scored. */
public enum ScoreMethod {
    /** Both spectra, from a singular value decomposition. */
    SVD,
    /** Both spectra, from the eigendecomposition of the Gram matrix. */
    GRAM,
    /** Both spectra, from the Gram matrix if that is accurate enough, otherwise from the SVD. */
    AUTO,
    /** LAR alone, without a factorisation. */
    NORM
}
