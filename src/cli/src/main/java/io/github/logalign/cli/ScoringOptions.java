package io.github.logalign.cli;

import io.github.logalign.matrix.Products;
import io.github.logalign.score.Glob;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    @Option(names = "--include", paramLabel = "GLOB",
            description = "Only weights or layers that match; * and ? are wildcards. Repeatable.")
    private List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB",
            description = "No weights or layers that match. Repeatable.")
    private List<String> exclude = new ArrayList<>();

    @Mixin
    final StorageOptions storage = new StorageOptions();

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
        Map<String, String> described = new TreeMap<>(storage.described());
        described.put("include", String.join(" ", include));
        described.put("exclude", String.join(" ", exclude));
        described.put("precision", precision.precision.name().toLowerCase(Locale.ROOT));
        described.put("route", route.name().toLowerCase(Locale.ROOT));
        described.put("products", products.name().toLowerCase(Locale.ROOT));
        return described;
    }

    List<Glob> include() {
        return include.stream().map(Glob::of).toList();
    }

    List<Glob> exclude() {
        return exclude.stream().map(Glob::of).toList();
    }

    int threads(CommandLine commandLine) {
        return threads.count(commandLine);
    }
}
