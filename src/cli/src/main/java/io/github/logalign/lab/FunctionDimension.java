package io.github.logalign.lab;

import java.util.Arrays;

/**
 * The dimension of the function that a model of modular addition computes: of its logits the part that depends on
 * (c - a - b) mod p alone, as frequencies; two dimensions for each that is needed to hold nearly all of the power.
 */
final class FunctionDimension {

    /** At 99% a weak but real frequency would be missed. */
    private static final double POWER = 0.999;

    private final int p;
    private final double[] sums;
    private final double[] counts;

    FunctionDimension(int p) {
        this.p = p;
        this.sums = new double[p];
        this.counts = new double[p];
    }

    /** Adds the logits of some pairs; a pair of different numbers stands for both its orders. */
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

    /** Twice the number of frequencies. */
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
