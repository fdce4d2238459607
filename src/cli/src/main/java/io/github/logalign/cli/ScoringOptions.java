package io.github.logalign.cli;

import io.github.logalign.matrix.Products;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Options common to score and spectrum. */
final class ScoringOptions {

    @Mixin
    final LayerOptions layers = new LayerOptions();

    @Mixin
    private PrecisionOption precision = new PrecisionOption();

    @Option(names = "--route", paramLabel = "auto|direct|triangle|outputs|inner",
            defaultValue = "auto",
            description = "Force an algorithm: direct or triangle for svd, outputs or inner for norm (default: the "
                    + "cheapest; see inspect).")
    private RouteOption route = RouteOption.AUTO;

    @Option(names = "--products", paramLabel = "auto|kernel|blas", defaultValue = "auto",
            description = "Implementation that multiplies the matrices (default: the faster one).")
    private Products products = Products.AUTO;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Writes(OwnFile.ANY)
    @Option(names = "--spectra", paramLabel = "DIR",
            description = "Write <layer>.p.npy, .q.npy and .sigma.npy to this folder, and an index of them to "
                    + "spectra.json.")
    @Nullable
    Path spectra;

    ScoreOptions options(CommandLine commandLine, ScoreMethod method) {
        try {
            return new ScoreOptions(method, precision.precision, route.svd(), route.norm(), products);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--route: " + wrong.getMessage(), wrong);
        }
    }

    /** What rows depend on, by the names of the options. */
    Map<String, String> described() {
        Map<String, String> described = new TreeMap<>(layers.described());
        described.put("precision", precision.precision.name().toLowerCase(Locale.ROOT));
        described.put("route", route.name().toLowerCase(Locale.ROOT));
        described.put("products", products.name().toLowerCase(Locale.ROOT));
        return described;
    }

    int threads(CommandLine commandLine) {
        return threads.count(commandLine);
    }
}
