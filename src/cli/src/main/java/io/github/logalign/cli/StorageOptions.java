package io.github.logalign.cli;

import io.github.logalign.score.Glob;
import io.github.logalign.score.Selection;
import io.github.logalign.score.StoredOrientation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that state how weights are stored. */
final class StorageOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--transposed", paramLabel = "GLOB",
            description = "Weights that are stored input x output, like GPT-2's Conv1D. Repeatable.")
    private List<String> transposed = new ArrayList<>();

    @Option(names = "--convolutions", paramLabel = "GLOB",
            description = "Weights [out, in, k...] of convolutions, to be scored as out x (in k). Repeatable.")
    private List<String> convolutions = new ArrayList<>();

    @Option(names = "--stored", paramLabel = "output-input", completionCandidates = Stored.class,
            description = "All weights that --transposed does not match are stored output x input. Without this "
                    + "option, the orientation is inferred from the checkpoint.")
    private @Nullable String stored;

    /** What completion proposes. */
    static final class Stored extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        Stored() {
            super(List.of(StoredOrientation.OUTPUT_INPUT.label()));
        }
    }

    /** How weights are read, by the names of the options. */
    Map<String, String> described() {
        return Map.of(
                "transposed", String.join(" ", transposed),
                "convolutions", String.join(" ", convolutions),
                "stored", stored == null ? "" : stored);
    }

    /** The patterns of weights that are stored input x output. */
    List<Glob> transposed() {
        return transposed.stream().map(Glob::of).toList();
    }

    /** Adds these options to a selection. */
    Selection of(Selection selection) {
        if (stored != null && !stored.equals(StoredOrientation.OUTPUT_INPUT.label())) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--stored accepts only output-input; give weights that are stored input x output with "
                            + "--transposed GLOB");
        }
        return selection
                .withStoredOutputInput(stored != null)
                .withConvolutions(convolutions.stream().map(Glob::of).toList());
    }
}
