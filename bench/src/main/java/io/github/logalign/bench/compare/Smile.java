package io.github.logalign.bench.compare;

import java.util.function.Supplier;
import smile.tensor.DenseMatrix;
import smile.tensor.SVD;

/** Smile over the same OpenBLAS. */
record Smile() implements Contestant {

    @Override
    public String version() {
        return "Smile " + System.getProperty("compare.smile") + " (" + smile.linalg.NativeLibrary.backend()
                + ", native: "
                + smile.linalg.NativeLibrary.isLapackAvailable() + ")";
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        DenseMatrix w = DenseMatrix.of(Input.rows(input.w()));
        return () -> {
            SVD svd = w.copy().svd();
            double[] sigma = new double[input.n()];
            for (int i = 0; i < sigma.length; i++) {
                sigma[i] = svd.s().get(i);
            }
            return new Answer(Input.spectrum(sigma), Double.NaN);
        };
    }
}
