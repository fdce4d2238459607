/**
 * The log-alignment ratio (LAR) of neural-network layers: the library's API.
 *
 * <p>A layer {@code y = W x} has a weight matrix {@code W} of {@code m x n} (output x input) and inputs {@code X} of
 * {@code T x n} (tokens x input). {@code n} is the input dimension everywhere. Start at
 * {@link io.github.logalign.WeightSpectrum} for the spectra and at {@link io.github.logalign.AlignmentSums} where only
 * LAR is wanted.
 *
 * <p>Errors: {@link IllegalArgumentException}, {@link IllegalStateException} or
 * {@link io.github.logalign.matrix.LogalignException}, and nothing else. A call on an interrupted thread runs to its end and keeps
 * the interrupt, since native code cannot be stopped.
 *
 * <p>Source of the quantity: A. Shehper and A. Vaswani, "A Training-Time Diagnostic for Generalization via the
 * Log-Alignment Ratio", arXiv 2605.28975.
 */
@NullMarked
package io.github.logalign;

import org.jspecify.annotations.NullMarked;
