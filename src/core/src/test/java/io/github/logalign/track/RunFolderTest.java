package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.track.RunFolder.Scan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on disk: which entries are checkpoints, their steps, and the messages about other entries. */
class RunFolderTest {

    @TempDir
    Path temp;

    private Path run = Path.of("");

    @BeforeEach
    void makeRun() throws IOException {
        run = Files.createDirectory(temp.resolve("run"));
    }

    private void file(String path) throws IOException {
        Path file = run.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[]{1});
    }

    private Scan scan() {
        return RunFolder.of(run, null).scan();
    }

    private static List<Long> steps(Scan scan) {
        return scan.checkpoints().stream().map(Checkpoint::step).toList();
    }

    @Test
    void stepsAreReadFromFilesAndFolders() throws IOException {
        file("epoch=3-step=100-v1.weights.safetensors");
        file("step=200-rank0.weights.safetensors");
        file("checkpoint-1000/model.safetensors");
        file("checkpoint-900/model.safetensors.index.json");
        Scan scan = scan();
        assertEquals(List.of(100L, 200L, 900L, 1000L), steps(scan));
        assertEquals(List.of(), scan.problems());
        assertEquals(List.of(), scan.notes());
        assertEquals(run.resolve("checkpoint-1000/activations.safetensors"),
                scan.checkpoints().getLast().activations());
    }

    @Test
    void anAmbiguousNameGivesOneLineWithTheCandidates() throws IOException {
        file("checkpoint_3_1000.weights.safetensors");
        file("step_5.weights.safetensors");
        Scan scan = scan();
        assertEquals(List.of(5L), steps(scan));
        assertEquals(1, scan.problems().size());
        String problem = scan.problems().getFirst();
        assertTrue(problem.contains("3 or 1000") && problem.contains("--pattern"), problem);
        assertEquals(
                List.of(1000L), steps(RunFolder.of(run, "checkpoint_*_{step}.weights.safetensors").scan()),
                "the advice works");
    }

    @Test
    void missingActivationsAreExpectedInTheFileOfTheseWeights() throws IOException {
        file("a_1.weights.safetensors");
        RunFolder byPattern = RunFolder.of(run, "a_{step}.weights.safetensors");
        Path twin = run.resolve("a_1.activations.safetensors");
        assertEquals(twin, byPattern.scan().checkpoints().getFirst().activations());
        file("activations.safetensors");
        assertEquals(
                run.resolve("activations.safetensors"), byPattern.scan().checkpoints().getFirst().activations());
        file("a_1.activations.safetensors");
        assertEquals(twin, byPattern.scan().checkpoints().getFirst().activations());
    }

    @Test
    void theMetadataGivesTheStepThatTheNameLacks() throws IOException {
        new SafetensorsWriter().metadata("step", "300").add("w", new long[]{1}, new float[]{1})
                .write(run.resolve("last-v1.weights.safetensors"));
        file("loss_0.25.weights.safetensors");
        Scan scan = scan();
        assertEquals(List.of(300L), steps(scan));
        assertEquals(1, scan.problems().size());
        assertTrue(scan.problems().getFirst().contains("loss_0.25"), "25 is no step");
    }

    @Test
    void theLatestVersionOfAStepIsUsedAndReported() throws IOException {
        file("step=100.weights.safetensors");
        file("step=100-v2.weights.safetensors");
        file("step=100-v10.weights.safetensors");
        Scan scan = scan();
        assertEquals(List.of(100L), steps(scan));
        assertNull(scan.checkpoints().getFirst().problem());
        assertEquals(run.resolve("step=100-v10.weights.safetensors"), scan.checkpoints().getFirst().weights());
        assertEquals(2, scan.notes().size());
        assertTrue(scan.notes().stream().allMatch(note -> note.contains("step=100-v10")), scan.notes().toString());
    }

    @Test
    void twoUnrelatedCheckpointsOfOneStepAreAFailedRow() throws IOException {
        file("step_100.weights.safetensors");
        file("checkpoint-100/model.safetensors");
        Scan scan = scan();
        assertEquals(List.of(100L), steps(scan));
        String problem = String.valueOf(scan.checkpoints().getFirst().problem());
        assertTrue(problem.contains("step_100.weights") && problem.contains("checkpoint-100"), problem);
    }

    @Test
    void epochsAreUsedOnlyIfNoNameContainsAStep() throws IOException {
        file("epoch=1.weights.safetensors");
        file("epoch=2.weights.safetensors");
        Scan epochs = scan();
        assertEquals(List.of(1L, 2L), steps(epochs));
        assertEquals(1, epochs.notes().size(), "reported once");
        assertTrue(epochs.notes().getFirst().contains("epoch"));
        file("epoch=3-step=300.weights.safetensors");
        Scan mixed = scan();
        assertEquals(List.of(300L), steps(mixed), "epoch 2 is not step 2");
        assertEquals(2, mixed.problems().size());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {
        "tmp-checkpoint-1000", "tmp_checkpoint-1000", "checkpoint-1000.tmp", "checkpoint-1000.partial",
        "checkpoint-1000_tmp",
        "checkpoint-1000.tmp-17", ".checkpoint-1000", "checkpoint-1000.orbax-checkpoint-tmp-17", "checkpoint-1000~"
    })
    void leftoversOfACrashDoNotHideTheCheckpoint(String leftover) throws IOException {
        file("checkpoint-1000/model.safetensors");
        file(leftover + "/model.safetensors");
        Scan scan = scan();
        assertEquals(1, scan.checkpoints().size());
        assertNull(scan.checkpoints().getFirst().problem());
        assertEquals(run.resolve("checkpoint-1000/model.safetensors"), scan.checkpoints().getFirst().weights());
        assertEquals(List.of(), scan.problems());
        Scan byPattern = RunFolder.of(run, "*-{step}*/model.safetensors").scan();
        assertEquals(1, byPattern.checkpoints().size());
        assertNull(byPattern.checkpoints().getFirst().problem());
    }

    @Test
    void aLinkToAnotherCheckpointIsSkipped() throws IOException {
        file("checkpoint-1000/model.safetensors");
        Files.createSymbolicLink(run.resolve("latest"), Path.of("checkpoint-1000"));
        Files.createSymbolicLink(run.resolve("checkpoint-best"), Path.of("checkpoint-1000"));
        Scan scan = scan();
        assertEquals(List.of(1000L), steps(scan));
        assertEquals(List.of(), scan.problems());
    }

    @ParameterizedTest(name = "{0}/{1}")
    @CsvSource({
        "checkpoint-1000, __0_0.distcp, dcp_to_torch",
        "checkpoint-1000, pytorch_model_fsdp_0/__0_0.distcp, dcp_to_torch",
        "checkpoint-1000, _CHECKPOINT_METADATA, ocp.PyTreeCheckpointer",
        "checkpoint-1000, ocdbt.process_0/manifest.ocdbt, ocp.PyTreeCheckpointer",
        "checkpoint-1000, model.gguf, --pattern",
        "checkpoint-1000, global_step1000/mp_rank_00_model_states.pt, zero_to_fp32.py",
        "global_step1000, mp_rank_00_model_states.pt, zero_to_fp32.py",
        "iter_0001000, mp_rank_00/model_optim_rng.pt, safetensors",
        "checkpoint-1000, model-00001-of-00002.safetensors, model.safetensors.index.json",
        "checkpoint-1000, trainer_state.json, model.safetensors",
        "checkpoint-1000, activations.safetensors, model.safetensors",
    })
    void aCheckpointThatCannotBeReadIsAFailedRowWithTheRemedy(String folder, String held, String remedy)
            throws IOException {
        file("checkpoint-500/model.safetensors");
        file(folder + "/" + held);
        file(folder + "/config.json");
        file(folder + "/optimizer.pt");
        Scan scan = scan();
        assertEquals(List.of(500L, 1000L), steps(scan));
        String problem = assertNotNull1(scan.checkpoints().getLast().problem());
        assertTrue(problem.contains(folder) && problem.contains(remedy) && !problem.contains("\n"), problem);
    }

    @Test
    void aDistributedCheckpointOfMegatronIsNamed() throws IOException {
        for (String held : List.of("__0_0.distcp", "common.pt", "metadata.json", ".metadata")) {
            file("iter_0001000/" + held);
        }
        String problem = assertNotNull1(scan().checkpoints().getLast().problem());
        assertTrue(problem.contains("a distributed checkpoint of Megatron") && problem.contains("convert.py"), problem);
    }

    /** What the command writes is what is found. */
    @Test
    void aConsolidatedCheckpointIsFound() throws IOException {
        file("checkpoint-1000/__0_0.distcp");
        String problem = assertNotNull1(scan().checkpoints().getLast().problem());
        Path written = run.resolve("checkpoint-1000/pytorch_model.bin");
        assertTrue(problem.endsWith("format_utils dcp_to_torch " + run.resolve("checkpoint-1000") + " " + written),
                problem);
        Files.createFile(written);
        assertEquals(Optional.of(written), RunFolder.weightsIn(run.resolve("checkpoint-1000")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"__0_0.distcp", "global_step1000/x", "mp_rank_00_model_states.pt"})
    void aFolderNameThatNeedsQuotingIsLeftOutOfTheCommand(String held) throws IOException {
        file("$(id)' checkpoint-1000/" + held);
        for (Checkpoint checkpoint : scan().checkpoints()) {
            String problem = assertNotNull1(checkpoint.problem());
            String command = problem.substring(problem.indexOf("convert it"));
            assertFalse(command.contains("$(id)"), command);
        }
        assertEquals(List.of(1000L), steps(scan()));
    }

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource({
        "epoch=0-step=100.ckpt, epoch=0-step=100.activations.safetensors",
        "step_100.pt, step_100.activations.pt",
        "step_100.weights.pth, step_100.activations.npz",
        "checkpoint-100/pytorch_model.bin, checkpoint-100/activations.safetensors",
        "checkpoint-100/pytorch_model.bin.index.json, checkpoint-100/activations.pt",
        "checkpoint-100/adapter_model.safetensors, checkpoint-100/activations.safetensors",
        "step_100/consolidated.00.pth, step_100/activations.npz",
        "step_100/ckpt.pt, step_100/activations.pt",
    })
    void whatTorchSaveLeftIsWeights(String weights, String activations) throws IOException {
        file(weights);
        Checkpoint expected = scan().checkpoints().getFirst();
        assertNull(expected.problem());
        assertTrue(String.valueOf(expected.activations()).endsWith("activations.safetensors"), expected::toString);
        file(activations);
        file("checkpoint-100/optimizer.pt");
        Checkpoint found = scan().checkpoints().getFirst();
        assertEquals(new Checkpoint(100, run.resolve(weights), run.resolve(activations), null), found);
    }

    @Test
    void ofSeveralFilesThePatternChooses() throws IOException {
        file("step_100/consolidated.00.pth");
        file("step_100/consolidated.01.pth");
        String problem = assertNotNull1(scan().checkpoints().getFirst().problem());
        assertTrue(problem.contains("consolidated.00.pth and consolidated.01.pth, which may be the weights both"),
                problem);
    }

    private static String assertNotNull1(@org.jspecify.annotations.Nullable String text) {
        assertNotNull(text);
        return String.valueOf(text);
    }

    @Test
    void aCopyInSafetensorsGoesBeforeAFileOfTorchSave() throws IOException {
        file("epoch=0-step=100.ckpt");
        file("epoch=0-step=200.ckpt");
        file("epoch=0-step=200.weights.safetensors");
        file("optimizer.pt");
        file("final.pt");
        file("optimizer_step_300.pt");
        file("step_400.activations.pt");
        file("metrics-step-500.pt");
        Scan scan = scan();
        assertEquals(List.of(100L, 200L), steps(scan));
        assertEquals(run.resolve("epoch=0-step=100.ckpt"), scan.checkpoints().getFirst().weights());
        assertEquals(run.resolve("epoch=0-step=200.weights.safetensors"), scan.checkpoints().getLast().weights());
    }

    @Test
    void otherFoldersAreNotCheckpoints() throws IOException {
        file("step_100.weights.safetensors");
        file("step_200_images/picture.png");
        file("logs/events.out.tfevents.17.host");
        file("runs/step.txt");
        Scan scan = scan();
        assertEquals(List.of(100L), steps(scan));
        assertEquals(List.of(), scan.problems());
        assertEquals(List.of(), scan.notes());
    }

    @Test
    void iterationsThatRestartAtEachEpochAreNotSteps() throws IOException {
        file("epoch_3_iter_50.weights.safetensors");
        file("epoch_3_iter_100.weights.safetensors");
        file("epoch_4_iter_150.weights.safetensors");
        file("step_7.weights.safetensors");
        assertEquals(List.of(7L, 50L, 100L, 150L), steps(scan()));
        assertEquals(List.of(), scan().problems());
        file("epoch_10_iter_100.weights.safetensors");
        Scan scan = scan();
        assertEquals(List.of(7L), steps(scan));
        assertEquals(1, scan.problems().size());
        String problem = scan.problems().getFirst();
        assertTrue(problem.contains("epoch_10_iter_100") && problem.contains("epoch_4_iter_150"), problem);
    }

    @Test
    void anUnknownNumberGivesOneLine() throws IOException {
        file("step_-5.weights.safetensors");
        Scan scan = scan();
        assertEquals(List.of(), scan.checkpoints());
        assertTrue(scan.problems().getFirst().contains("\"-5\" cannot be read as a step"), scan.problems().getFirst());
    }

    @Test
    void aStarMatchesNoDigitsOfTheStep() throws IOException {
        file("ckpt123.x");
        assertEquals(List.of(123L), steps(RunFolder.of(run, "ckpt*{step}.x").scan()));
        assertEquals(List.of(123L), steps(RunFolder.of(run, "ckpt{step}*.x").scan()));
        assertEquals(List.of(123L), steps(RunFolder.of(run, "*{step}*").scan()));
    }
}
