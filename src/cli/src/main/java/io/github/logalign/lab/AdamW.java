package io.github.logalign.lab;

/** The AdamW optimiser with decoupled weight decay for one parameter. */
final class AdamW {

    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.98;
    private static final double EPSILON = 1e-8;

    private final Floats parameter;
    private final Floats gradient;
    private final float[] first;
    private final float[] second;

    AdamW(Floats parameter, Floats gradient) {
        this.parameter = parameter;
        this.gradient = gradient;
        this.first = new float[parameter.size()];
        this.second = new float[parameter.size()];
    }

    /**
     * Performs one step.
     *
     * @param step the step, from 1
     * @param rate the learning rate of this step
     * @param decay the weight decay
     */
    void update(int step, double rate, double decay) {
        float b1 = (float) BETA_1;
        float b2 = (float) BETA_2;
        float scale = (float) (rate / (1 - Math.pow(BETA_1, step)));
        float root = (float) (1 / Math.sqrt(1 - Math.pow(BETA_2, step)));
        float keep = (float) (1 - rate * decay);
        float epsilon = (float) EPSILON;
        for (int i = 0; i < first.length; i++) {
            float g = gradient.get(i);
            float m = b1 * first[i] + (1 - b1) * g;
            float v = b2 * second[i] + (1 - b2) * g * g;
            first[i] = m;
            second[i] = v;
            parameter.set(i, parameter.get(i) * keep - scale * m / ((float) Math.sqrt(v) * root + epsilon));
        }
    }
}
