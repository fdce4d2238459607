package io.github.logalign.cli;

import io.github.logalign.score.Glob;
import io.github.logalign.score.Selection;
import io.github.logalign.score.StoredOrientation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the user knows about how weights are stored. */
final class StorageOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--transposed", paramLabel = "GLOB",
            description = "Weights that are stored input x output, as GPT-2's Conv1D. May be given again.")
    private List<String> transposed = new ArrayList<>();

    @Option(names = "--convolutions", paramLabel = "GLOB",
            description = "Weights [out, in, k...] of convolutions, to be scored as out x (in k). May be given again.")
    private List<String> convolutions = new ArrayList<>();

    @Option(names = "--stored", paramLabel = "output-input",
            description = "All weights that --transposed does not name are stored output x input; without it the checkpoint"
                    + " is searched for evidence.")
    private @Nullable String stored;

    /** The globs of weights that are stored input x output. */
    List<Glob> transposed() {
        return transposed.stream().map(Glob::of).toList();
    }

    /** A selection with all that the user knows. */
    Selection of(Selection selection) {
        if (stored != null && !stored.equals(StoredOrientation.OUTPUT_INPUT.label())) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--stored takes output-input; name weights that are stored input x output with --transposed GLOB");
        }
        return selection
                .withStoredOutputInput(stored != null)
                .withConvolutions(convolutions.stream().map(Glob::of).toList());
    }
}
