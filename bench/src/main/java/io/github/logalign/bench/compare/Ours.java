package io.github.logalign.bench.compare;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Environment;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.util.function.Supplier;

/** This library. */
record Ours(Method method, Precision precision, int threads) implements Contestant {

    @Override
    public String version() {
        return "logalign " + Environment.libraryVersion();
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        SpectrumOptions options = new SpectrumOptions(method, precision, true, threads);
        return () -> {
            try (Arena arena = Arena.ofShared()) {
                WeightSpectrum spectrum = WeightSpectrum.of(input.w(), options, arena);
                if (input.x() == null) {
                    return new Answer(spectrum.p(), Double.NaN);
                }
                ActivationSpectrum q = spectrum.project(input.x());
                return new Answer(spectrum.p(), spectrum.alignment(q).lar());
            }
        };
    }
}
