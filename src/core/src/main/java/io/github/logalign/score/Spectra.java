package io.github.logalign.score;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The spectra from which a row was computed.
 *
 * @param p the weight spectrum
 * @param q the activation spectrum; null without activations
 * @param sigma the singular values
 */
public record Spectra(double[] p, double @Nullable [] q, double[] sigma) implements Serializable {}
