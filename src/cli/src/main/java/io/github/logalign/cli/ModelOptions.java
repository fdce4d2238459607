package io.github.logalign.cli;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ModelRunner;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Instead of files of weights and activations: a model, and inputs that it is run on. */
final class ModelOptions {

    @Reads
    @Option(names = "--model", paramLabel = "FILE",
            description = "A model in ONNX, to be run on --inputs instead of reading --activations; needs "
                    + "logalign-onnxruntime.")
    @Nullable
    Path model;

    @Reads
    @Option(names = "--inputs", paramLabel = "FILE",
            description = "The model's inputs by their names, each [rows, ...], in npz or safetensors.")
    @Nullable
    Path inputs;

    @Option(names = "--batch", paramLabel = "ROWS", defaultValue = "32",
            description = "How many rows of the inputs run at a time (default: ${DEFAULT-VALUE}).")
    private int batch = 32;

    boolean areGiven() {
        return model != null || inputs != null;
    }

    /** How many rows run at a time. */
    int batch(CommandLine commandLine) {
        if (batch < 1) {
            throw new ParameterException(commandLine, "--batch must be at least 1, not " + batch);
        }
        return batch;
    }

    /**
     * Runs the model.
     *
     * @throws LogalignException if there is nothing that runs models
     */
    static List<LayerScore> score(TensorFile model, TensorFile inputs, ModelRunner.Request request, boolean quiet) {
        ModelRunner runner = ServiceLoader.load(ModelRunner.class).findFirst().orElseThrow(() -> new LogalignException(
                "--model needs what runs it: put the jars of io.github.logalign:logalign-onnxruntime and"
                        + " com.microsoft.onnxruntime:onnxruntime into the folder lib of this package"));
        BatchProgress progress = new BatchProgress(quiet);
        try {
            return runner.score(model, inputs, request, progress);
        } finally {
            progress.close();
        }
    }

    /** Shows how many batches have run. */
    private static final class BatchProgress implements ModelRunner.Listener {

        private final boolean quiet;
        private @Nullable Progress shown;

        BatchProgress(boolean quiet) {
            this.quiet = quiet;
        }

        @Override
        public void begins(long batches) {
            shown = new Progress("batches", batches, quiet);
        }

        @Override
        public void batchIsDone() {
            if (shown != null) {
                shown.step();
            }
        }

        void close() {
            if (shown != null) {
                shown.close();
            }
        }
    }
}
