package io.github.logalign.cli;

import io.github.logalign.score.Glob;
import io.github.logalign.score.NameMap;
import io.github.logalign.score.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that select layers and state how their weights are stored. */
final class LayerOptions {

    @Option(names = {"--include", "--layer"}, paramLabel = "GLOB",
            description = "Only weights or layers that match; * and ? are wildcards. Repeatable.")
    private List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB",
            description = "No weights or layers that match. Repeatable.")
    private List<String> exclude = new ArrayList<>();

    @Mixin
    private StorageOptions storage = new StorageOptions();

    /** What rows depend on, by the names of the options. */
    Map<String, String> described() {
        Map<String, String> described = new TreeMap<>(storage.described());
        described.put("include", String.join(" ", include));
        described.put("exclude", String.join(" ", exclude));
        return described;
    }

    /** The selection of a command that pairs by these maps. */
    Selection selection(List<NameMap> maps) {
        return selection(null, null, maps).withoutNames();
    }

    /** The selection of a command that can also name a single weight and activations, each null if it does not. */
    Selection selection(@Nullable String tensor, @Nullable String activation, List<NameMap> maps) {
        return storage
                .of(new Selection(tensor, activation, maps, globs(include), globs(exclude), storage.transposed()));
    }

    private static List<Glob> globs(List<String> patterns) {
        return patterns.stream().map(Glob::of).toList();
    }
}
