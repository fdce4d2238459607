package io.github.logalign.bench.compare;

/**
 * What is compared.
 *
 * @param p the weight spectrum, descending; null where only LAR is computed
 * @param lar LAR, or NaN where there are no activations
 */
record Answer(double[] p, double lar) {

    /** LAR from an overlap. */
    static double lar(double overlap, int n) {
        return 1 + Math.log(overlap) / (2 * Math.log(n));
    }

    double entropy() {
        double sum = 0;
        for (double share : p) {
            sum -= share > 0 ? share * Math.log(share) : 0;
        }
        return sum;
    }
}
