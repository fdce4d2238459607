package io.github.logalign.bench.compare;

import java.util.function.Supplier;
import org.ojalgo.OjAlgoUtils;
import org.ojalgo.matrix.decomposition.SingularValue;
import org.ojalgo.matrix.store.R064Store;

/** ojAlgo. */
record OjAlgo() implements Contestant {

    @Override
    public String version() {
        return "ojAlgo " + OjAlgoUtils.getVersion();
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        R064Store w = R064Store.FACTORY.rows(Input.rows(input.w()));
        return () -> {
            SingularValue<Double> svd = SingularValue.R064.make(w);
            if (!svd.decompose(w)) {
                throw new IllegalStateException("no convergence");
            }
            svd.getV();
            double[] sigma = new double[input.n()];
            svd.getSingularValues().toRawCopy1D();
            for (int i = 0; i < sigma.length; i++) {
                sigma[i] = svd.getSingularValues().doubleValue(i);
            }
            return new Answer(Input.spectrum(sigma), Double.NaN);
        };
    }
}
