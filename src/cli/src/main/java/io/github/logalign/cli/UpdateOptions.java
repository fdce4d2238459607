package io.github.logalign.cli;

import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Plan;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.TokenFingerprint;
import io.github.logalign.score.Updates;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** What is subtracted from weights and activations. */
final class UpdateOptions {

    @Reads
    @Option(names = "--minus-weights", paramLabel = "FILE|INDEX",
            description = "Score the weights minus those of the same names in this file, of an earlier checkpoint.")
    private @Nullable Path weights;

    @Reads
    @Option(names = "--minus-activations", paramLabel = "FILE",
            description = "Score the activations minus those of the same names in this file, of the same tokens.")
    private @Nullable Path activations;

    @Option(names = "--pairs",
            description = "With both of these: score weights and activations as they are, and add three ratios: of the "
                    + "earlier inputs z0 with the weights' change dW, of the inputs' change dz with the earlier weights "
                    + "W0, and of dz with dW. Add the ranks of dW.")
    private boolean pairs;

    boolean areGiven() {
        return weights != null || activations != null || pairs;
    }

    /** Refuses what makes no sense together. */
    void check(CommandLine commandLine) {
        if (pairs && (weights == null || activations == null)) {
            throw new ParameterException(commandLine, "--pairs needs both --minus-weights and --minus-activations");
        }
    }

    /** What is subtracted, open. */
    final class Earlier implements AutoCloseable {

        private final @Nullable TensorFile weightsFile;
        private final @Nullable TensorFile activationsFile;
        private final @Nullable Updates updates;

        private Earlier(@Nullable TensorFile weightsFile, @Nullable TensorFile activationsFile,
                @Nullable Updates updates) {
            this.weightsFile = weightsFile;
            this.activationsFile = activationsFile;
            this.updates = updates;
        }

        /** The rows to compute. */
        List<LayerJob> jobs(List<LayerJob> jobs) {
            Updates since = updates;
            return since == null || pairs
                    ? jobs
                    : jobs.stream()
                            .map(job -> since.difference(job, weightsFile != null, activationsFile != null))
                            .toList();
        }

        /** Computes one of them. */
        Scorer.Result score(LayerJob job, Scorer scorer) {
            if (updates == null) {
                return scorer.score(job);
            }
            return pairs
                    ? updates.score(job, scorer)
                    : updates.withOrigin(scorer.score(job), weightsFile != null, activationsFile != null);
        }

        /** Says what is read. */
        Outputs addTo(Outputs outputs) {
            if (weightsFile != null) {
                outputs.reads("--minus-weights", weightsFile).readsBeside(List.of(weightsFile.path()));
            }
            return activationsFile == null ? outputs : outputs.reads("--minus-activations", activationsFile);
        }

        @Override
        public void close() {
            if (weightsFile != null) {
                weightsFile.close();
            }
            if (activationsFile != null) {
                activationsFile.close();
            }
        }
    }

    /**
     * Opens the files, and finds their layers as those of the files that they are subtracted from.
     *
     * @param laterWeights read where no weights are subtracted
     * @param laterActivations read where no activations are subtracted, and for what they say of their tokens
     */
    Earlier open(ReadingOptions reading, TensorFile laterWeights, TensorFile laterActivations, Selection selection,
            Masks masks) {
        if (weights == null && activations == null) {
            return new Earlier(null, null, null);
        }
        TensorFile weightsFile = null;
        TensorFile activationsFile = null;
        boolean open = false;
        try {
            weightsFile = weights == null ? null : reading.open(weights);
            activationsFile = activations == null ? null : reading.open(activations);
            Plan plan = Plan.of(weightsFile == null ? laterWeights : weightsFile,
                    activationsFile == null ? laterActivations : activationsFile, selection, masks);
            Updates since = Updates.since(plan);
            Earlier earlier = new Earlier(weightsFile, activationsFile,
                    activationsFile == null
                            ? since
                            : since.ofTokens(
                                    TokenFingerprint.of(activationsFile).orElse(null),
                                    TokenFingerprint.of(laterActivations).orElse(null)));
            open = true;
            return earlier;
        } finally {
            if (!open) {
                new Earlier(weightsFile, activationsFile, null).close();
            }
        }
    }
}
