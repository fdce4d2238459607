package io.github.logalign;

import io.github.logalign.matrix.Matrix;
import java.util.Arrays;
import java.util.Random;

/**
 * Made-up activations of documents of unequal length whose tokens have much in common, and the overlap that infinitely many
 * documents would have.
 *
 * @param w the weights
 * @param x the activations
 * @param document which document each token belongs to
 */
record Documents(double[][] w, double[][] x, long[] document) {

    private static final int M = 6;
    private static final int N = 12;

    /** The share of a token's energy that its whole document has in common. */
    private static final double COMMON = 0.6;

    static Documents of(int count, long seed) {
        double[][] w = weights();
        Random random = new Random(seed);
        int[] lengths = new int[count];
        int tokens = 0;
        for (int d = 0; d < count; d++) {
            lengths[d] = 4 + (int) Math.min(60, -12 * Math.log(1 - random.nextDouble()));
            tokens += lengths[d];
        }
        double[][] x = new double[tokens][N];
        long[] document = new long[tokens];
        int token = 0;
        for (int d = 0; d < count; d++) {
            double[] common = new double[N];
            Arrays.setAll(common, i -> Math.sqrt(COMMON * variance(i)) * random.nextGaussian());
            for (int t = 0; t < lengths[d]; t++, token++) {
                document[token] = d;
                for (int i = 0; i < N; i++) {
                    x[token][i] = common[i] + Math.sqrt((1 - COMMON) * variance(i)) * random.nextGaussian();
                }
            }
        }
        return new Documents(w, x, document);
    }

    private static double[][] weights() {
        return Samples.normal(M, N, new Random(5));
    }

    /** Of a coordinate. */
    private static double variance(int i) {
        return 1.0 / (1 + i);
    }

    /** The LAR of infinitely many documents. */
    static double trueLar() {
        double[][] w = weights();
        double squares = 0;
        double outputs = 0;
        double inputs = 0;
        for (int i = 0; i < N; i++) {
            double column = 0;
            for (double[] row : w) {
                column += row[i] * row[i];
            }
            squares += column;
            outputs += column * variance(i);
            inputs += variance(i);
        }
        return 1 + Math.log(outputs / (squares * inputs)) / (2 * Math.log(N));
    }

    int count() {
        return (int) Arrays.stream(document).distinct().count();
    }

    Matrix weightMatrix() {
        return Samples.matrix(w);
    }

    Matrix inputs() {
        return Samples.matrix(x);
    }

    /** The energies of each document's outputs and inputs, by plain loops. */
    double[][] energies() {
        double[][] energies = new double[count()][2];
        for (int t = 0; t < x.length; t++) {
            double[] energy = energies[(int) document[t]];
            for (double[] row : w) {
                double z = 0;
                for (int i = 0; i < N; i++) {
                    z += row[i] * x[t][i];
                }
                energy[0] += z * z;
            }
            for (double value : x[t]) {
                energy[1] += value * value;
            }
        }
        return energies;
    }
}
