package io.github.logalign.internal.engine;

/**
 * The sums of one group of tokens.
 *
 * @param tokens how many counted
 * @param inputs ||X||_F^2
 * @param outputs ||X W^T||_F^2, in any unit that is the same for all groups
 * @param inside the part of the inputs within the numerical rank of W; 0 where that is not known
 */
public record GroupTotal(long tokens, ScaledSum inputs, ScaledSum outputs, ScaledSum inside) {}
