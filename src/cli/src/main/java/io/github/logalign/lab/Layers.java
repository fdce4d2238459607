package io.github.logalign.lab;

/** Building blocks of networks: biases, ReLU and RMS normalisation, forward and backward, in place. */
final class Layers {

    private static final float NORM_EPSILON = 1e-6f;

    private Layers() {}

    /** Adds a bias to every row. */
    static void addBias(Floats x, Floats bias) {
        for (int row = 0; row < x.rows(); row++) {
            int start = row * x.columns();
            for (int c = 0; c < x.columns(); c++) {
                x.set(start + c, x.get(start + c) + bias.get(c));
            }
        }
    }

    /** Sums the rows, which gives the gradient of a bias. */
    static void sumRows(Floats x, Floats sums) {
        sums.clear();
        for (int row = 0; row < x.rows(); row++) {
            int start = row * x.columns();
            for (int c = 0; c < x.columns(); c++) {
                sums.set(c, sums.get(c) + x.get(start + c));
            }
        }
    }

    static void relu(Floats x) {
        for (int i = 0; i < x.size(); i++) {
            x.set(i, Math.max(0, x.get(i)));
        }
    }

    /** Sets the gradient to 0 where the output of ReLU was 0. */
    static void reluBackward(Floats gradient, Floats output) {
        for (int i = 0; i < gradient.size(); i++) {
            gradient.set(i, output.get(i) > 0 ? gradient.get(i) : 0);
        }
    }

    static void add(Floats target, Floats addend) {
        for (int i = 0; i < target.size(); i++) {
            target.set(i, target.get(i) + addend.get(i));
        }
    }

    /** Divides every row by its root mean square. */
    static void rmsNorm(Floats x, float[] roots) {
        for (int row = 0; row < x.rows(); row++) {
            int start = row * x.columns();
            float squares = 0;
            for (int c = 0; c < x.columns(); c++) {
                squares += x.get(start + c) * x.get(start + c);
            }
            float root = (float) Math.sqrt(squares / x.columns() + NORM_EPSILON);
            roots[row] = root;
            for (int c = 0; c < x.columns(); c++) {
                x.set(start + c, x.get(start + c) / root);
            }
        }
    }

    /** Converts the gradient of the normalisation's output to that of its input. */
    static void rmsNormBackward(Floats gradient, Floats output, float[] roots) {
        for (int row = 0; row < gradient.rows(); row++) {
            int start = row * gradient.columns();
            float along = 0;
            for (int c = 0; c < gradient.columns(); c++) {
                along += gradient.get(start + c) * output.get(start + c);
            }
            along /= gradient.columns();
            for (int c = 0; c < gradient.columns(); c++) {
                gradient.set(start + c, (gradient.get(start + c) - along * output.get(start + c)) / roots[row]);
            }
        }
    }
}
