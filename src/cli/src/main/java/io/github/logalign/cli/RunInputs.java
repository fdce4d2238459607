package io.github.logalign.cli;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects the files of the checkpoints of runs, so that none of them is overwritten. */
final class RunInputs {

    private static final String INDEX = ".index.json";

    private final ReadingOptions reading;
    private final List<Path> weights = new ArrayList<>();
    private final List<Path> others = new ArrayList<>();

    RunInputs(ReadingOptions reading) {
        this.reading = reading;
    }

    /** Adds the present checkpoints of a run. */
    void add(RunFolder run) {
        for (Checkpoint checkpoint : run.scan().checkpoints()) {
            add(checkpoint);
        }
    }

    private void add(Checkpoint checkpoint) {
        weights.add(checkpoint.weights());
        Path activations = checkpoint.activations();
        if (activations != null) {
            others.add(activations);
            addShards(activations);
        }
        addShards(checkpoint.weights());
    }

    private void addShards(Path index) {
        if (!index.toString().endsWith(INDEX)) {
            return;
        }
        try (TensorFile file = reading.open(index)) {
            file.tensors().stream().map(Tensor::path).distinct().forEach(others::add);
        } catch (LogalignException damaged) {
            // The row of the checkpoint reports the reason.
        }
    }

    Outputs addTo(Outputs outputs) {
        return outputs.reads("a checkpoint,", weights).reads("a checkpoint,", others).readsBeside(weights);
    }
}
