package io.github.logalign.lab;

/** Softmax and cross-entropy over the rows of a matrix of logits. */
final class CrossEntropy {

    private CrossEntropy() {}

    /**
     * The loss and accuracy over some rows.
     *
     * @param loss the mean loss, in nats
     * @param accuracy the share of rows whose label has the largest logit
     */
    record Result(double loss, double accuracy) {}

    /** Computes loss and accuracy without changing the logits. */
    static Result evaluate(Floats logits, int[] labels) {
        int classes = logits.columns();
        double loss = 0;
        int right = 0;
        for (int row = 0; row < logits.rows(); row++) {
            int start = row * classes;
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (logits.get(start + c) > logits.get(start + best)) {
                    best = c;
                }
            }
            double largest = logits.get(start + best);
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(logits.get(start + c) - largest);
            }
            loss += Math.log(sum) + largest - logits.get(start + labels[row]);
            right += best == labels[row] ? 1 : 0;
        }
        return new Result(loss / logits.rows(), (double) right / logits.rows());
    }

    /**
     * Replaces logits with the gradient of the mean loss. The gradient at the label is computed as minus the sum of the
     * other probabilities. In float32, the probability minus one would lose all digits once the probability is near
     * one, and the rounding errors would make the mean direction of the weights diverge.
     */
    static void toGradient(Floats logits, int[] labels) {
        int classes = logits.columns();
        float share = 1f / logits.rows();
        for (int row = 0; row < logits.rows(); row++) {
            int start = row * classes;
            float largest = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, logits.get(start + c));
            }
            float sum = 0;
            for (int c = 0; c < classes; c++) {
                float e = (float) Math.exp(logits.get(start + c) - largest);
                logits.set(start + c, e);
                sum += e;
            }
            float others = 0;
            float scale = share / sum;
            for (int c = 0; c < classes; c++) {
                float p = logits.get(start + c) * scale;
                logits.set(start + c, p);
                others += c == labels[row] ? 0 : p;
            }
            logits.set(start + labels[row], -others);
        }
    }
}
