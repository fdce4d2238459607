package io.github.logalign.score;

import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a layer, factorised when the first row needs it and kept for the others. A failure is kept too.
 *
 * <p>Memory while it is open: the right singular vectors, n x n float64 at most.
 *
 * <p>Thread safety: none; used and closed by the thread that made it.
 */
public final class SharedWeights implements AutoCloseable {

    private final @Nullable Tensor tensor;
    private final @Nullable Matrix w;
    private final SpectrumOptions wanted;
    private final @Nullable SpectrumStore store;
    private @Nullable Arena arena;
    private @Nullable WeightSpectrum spectrum;
    private @Nullable WeightSpectrum bySvd;
    private @Nullable LogalignException failure;

    SharedWeights(LayerJob job, ScoreOptions options, int threads, @Nullable SpectrumStore store) {
        this.store = store;
        this.tensor = job.weight();
        this.w = job.w();
        this.wanted = options.spectrum(job.activation() != null || (store != null && store.adds()), threads);
    }

    /**
     * Whether these are the weights of a layer where it has them, rather than equal ones.
     *
     * @param layer a layer
     * @return true if they are of the same tensor
     */
    public boolean isOf(LayerJob layer) {
        return Objects.equals(tensor, layer.weight());
    }

    /** By the method that is asked for. */
    WeightSpectrum spectrum() {
        WeightSpectrum known = spectrum;
        if (known == null) {
            known = factorised(wanted);
            spectrum = known;
        }
        return known;
    }

    /** By SVD, where the Gram matrix turned out to be too inaccurate. */
    WeightSpectrum bySvd() {
        WeightSpectrum known = bySvd;
        if (known == null) {
            known = factorised(wanted.withMethod(Method.SVD));
            bySvd = known;
        }
        return known;
    }

    private WeightSpectrum factorised(SpectrumOptions options) {
        if (failure != null) {
            throw failure;
        }
        Arena memory = arena();
        try {
            return Scorer.at(Objects.requireNonNull(tensor),
                    () -> known(Objects.requireNonNull(w), options, memory));
        } catch (LogalignException bad) {
            failure = bad;
            throw bad;
        }
    }

    /** A spectrum that was kept, or a new one. */
    private WeightSpectrum known(Matrix weights, SpectrumOptions options, Arena memory) {
        return store == null
                ? WeightSpectrum.of(weights, options, memory)
                : store.findOrCompute(weights, options, memory);
    }

    /** To close a shared one stops all threads for a moment, which shows where layers take a millisecond. */
    @SuppressWarnings("MustBeClosed") // by close
    private Arena arena() {
        Arena open = arena;
        if (open == null) {
            open = wanted.threads() == 1 ? Arena.ofConfined() : Arena.ofShared();
            arena = open;
        }
        return open;
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
        }
    }
}
