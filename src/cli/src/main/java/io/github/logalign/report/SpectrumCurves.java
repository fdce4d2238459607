package io.github.logalign.report;

import io.github.logalign.score.Spectra;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The spectra of a layer as a report shows them: over a logarithmic axis, without the points that would make no visible
 * difference, so that those of many layers take little memory.
 *
 * @param weight the directions, counted from 1, and the shares of the weight's energy
 * @param inputs the directions and the shares of the inputs' energy
 */
public record SpectrumCurves(double[][] weight, double[][] inputs) {

    /** How many columns of pixels a factor of ten takes. */
    private static final double COLUMNS_OF_DECADE = 60;

    /**
     * Thins spectra.
     *
     * @param spectra the spectra of a layer
     * @return their curves; those of the inputs are empty without inputs
     */
    public static SpectrumCurves of(Spectra spectra) {
        double[] q = spectra.q();
        return new SpectrumCurves(thinned(spectra.p()), thinned(q == null ? new double[0] : q));
    }

    private static double[][] thinned(double[] shares) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, shares.length).boxed().toList());
        List<Integer> kept = CurveThinning.thinned(all, i -> Math.log10(i + 1) * COLUMNS_OF_DECADE, shares);
        return new double[][]{
            kept.stream().mapToDouble(i -> i + 1).toArray(), kept.stream().mapToDouble(i -> shares[i]).toArray()
        };
    }
}
