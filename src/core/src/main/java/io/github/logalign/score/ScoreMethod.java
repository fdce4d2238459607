package io.github.logalign.score;

/** How a layer is scored. */
public enum ScoreMethod {
    /** Both spectra, by a singular value decomposition. */
    SVD,
    /** Both spectra, by the Gram matrix. */
    GRAM,
    /** Both spectra, by the Gram matrix where that is accurate enough, else by the SVD. */
    AUTO,
    /** LAR alone, without a factorisation. */
    NORM
}
