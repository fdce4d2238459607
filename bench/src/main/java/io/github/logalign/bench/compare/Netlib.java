package io.github.logalign.bench.compare;

import dev.ludovic.netlib.lapack.LAPACK;
import java.util.function.Supplier;
import org.netlib.util.intW;

/** netlib's dgesdd over the same OpenBLAS. */
record Netlib() implements Contestant {

    @Override
    public String version() {
        return "netlib " + System.getProperty("compare.netlib") + " (" + LAPACK.getInstance().getClass().getSimpleName()
                + ")";
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        LAPACK lapack = LAPACK.getInstance();
        double[] w = Input.columns(input.w());
        int m = input.m();
        int n = input.n();
        // Only m x n of it are used, but its checks ask for a whole square: that is not held against it.
        double[] u = new double[m * m];
        return () -> {
            double[] a = w.clone();
            double[] s = new double[n];
            double[] vt = new double[n * n];
            double[] work = new double[1];
            int[] integers = new int[8 * n];
            intW info = new intW(0);
            lapack.dgesdd("S", m, n, a, m, s, u, m, vt, n, work, -1, integers, info);
            work = new double[(int) work[0]];
            lapack.dgesdd("S", m, n, a, m, s, u, m, vt, n, work, work.length, integers, info);
            if (info.val != 0) {
                throw new IllegalStateException("INFO = " + info.val);
            }
            return new Answer(Input.spectrum(s), Double.NaN);
        };
    }
}
