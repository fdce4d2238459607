package io.github.logalign.lab;

import java.util.Arrays;

/**
 * The dimension of the function that a model of modular addition computes. The part of the logits that depends only on
 * (c - a - b) mod p is decomposed into frequencies. Each frequency needed to contain nearly all of the power counts as
 * two dimensions.
 */
final class FunctionDimension {

    /** A threshold of 99% would miss a weak but real frequency. */
    private static final double POWER = 0.999;

    private final int p;
    private final double[] sums;
    private final double[] counts;

    FunctionDimension(int p) {
        this.p = p;
        this.sums = new double[p];
        this.counts = new double[p];
    }

    /** Adds the logits of some pairs. A pair of different numbers counts for both orders. */
    void add(Floats logits, ModularAddition pairs) {
        for (int i = 0; i < pairs.size(); i++) {
            int weight = pairs.a()[i] == pairs.b()[i] ? 1 : 2;
            for (int c = 0; c < p; c++) {
                int difference = Math.floorMod(c - pairs.sums()[i], p);
                sums[difference] += weight * (double) logits.get(i * p + c);
                counts[difference] += weight;
            }
        }
    }

    /** The dimension: twice the number of frequencies. */
    int dimension() {
        double[] power = new double[(p - 1) / 2];
        double total = 0;
        for (int f = 1; f <= power.length; f++) {
            double real = 0;
            double imaginary = 0;
            for (int s = 0; s < p; s++) {
                double angle = 2 * Math.PI * f * s / p;
                real += sums[s] / counts[s] * Math.cos(angle);
                imaginary += sums[s] / counts[s] * Math.sin(angle);
            }
            power[f - 1] = real * real + imaginary * imaginary;
            total += power[f - 1];
        }
        Arrays.sort(power);
        double held = 0;
        int frequencies = 0;
        while (frequencies < power.length && held < POWER * total) {
            frequencies++;
            held += power[power.length - frequencies];
        }
        return 2 * frequencies;
    }
}
