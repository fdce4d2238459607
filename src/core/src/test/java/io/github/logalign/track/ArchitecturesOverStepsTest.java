package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logalign.matrix.Precision;
import io.github.logalign.score.HuggingFaceModel;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folders that a trainer of transformers 5 writes, whose activations have the names of the modules in memory. */
class ArchitecturesOverStepsTest {

    @TempDir
    Path run;

    private HuggingFaceModel write(int step) {
        HuggingFaceModel model = new HuggingFaceModel(run.resolve("checkpoint-" + step), DataType.BF16, step);
        String onDisk = "vit.encoder.layer.0.";
        String inMemory = "vit.layers.0.";
        String note = "(ViT and its kin)";
        model.tensor("vit.embeddings.patch_embeddings.projection.weight", 16, 3, 4, 4)
                .linear(onDisk + "attention.attention.query", inMemory + "attention.q_proj", 16, 16, note)
                .linear(onDisk + "intermediate.dense", inMemory + "mlp.fc1", 24, 16, note)
                .linear("classifier", 10, 16)
                .input("pixel_values", 2, 3, 16, 16)
                .config("vit", "");
        model.single("model.safetensors");
        model.activations("activations.safetensors");
        return model;
    }

    @Test
    void everyStepHasTheRowsOfItsWeights() throws InterruptedException {
        List<HuggingFaceModel> models = List.of(write(100), write(2000));
        List<Checkpoint> checkpoints = RunFolder.of(run, null).scan().checkpoints();
        assertEquals(List.of(100L, 2000L), checkpoints.stream().map(Checkpoint::step).toList());
        CheckpointScorer scorer = new CheckpointScorer(ScoreMethod.SVD, Precision.DOUBLE, Selection.ALL, 1);
        for (int i = 0; i < models.size(); i++) {
            List<LayerScore> rows = scorer.score(checkpoints.get(i), Set.of(), null).stream().map(Scorer.Result::row)
                    .toList();
            models.get(i).check(rows);
        }
    }
}
