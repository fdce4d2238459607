package io.github.logalign.bench.compare;

import java.util.Arrays;
import java.util.function.Supplier;
import org.ejml.EjmlVersion;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** EJML. */
record Ejml() implements Contestant {

    @Override
    public String version() {
        return "EJML " + EjmlVersion.VERSION;
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        DMatrixRMaj w = new DMatrixRMaj(Input.rows(input.w()));
        return () -> {
            SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(input.m(), input.n(), false,
                    true, true);
            if (!svd.decompose(w.copy())) {
                throw new IllegalStateException("no convergence");
            }
            double[] sigma = Arrays.copyOf(svd.getSingularValues(), input.n());
            svd.getV(null, true);
            Arrays.sort(sigma);
            for (int i = 0; i < sigma.length / 2; i++) {
                double other = sigma[i];
                sigma[i] = sigma[sigma.length - 1 - i];
                sigma[sigma.length - 1 - i] = other;
            }
            return new Answer(Input.spectrum(sigma), Double.NaN);
        };
    }
}
