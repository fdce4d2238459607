package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names as training frameworks write them, and the step that each contains. */
class StepNameTest {

    @ParameterizedTest(name = "{0} is step {1}")
    @CsvSource({
        "step_02000, 2000",
        "step2000, 2000",
        "Step=7, 7",
        "step.12, 12",
        "step - 12, 12",
        "epoch=3-step=100, 100", // Lightning
        "epoch=3-step=100-v1, 100",
        "epoch=3-step=100-v12, 100",
        "epoch=03-val_loss=1.23-step=000100, 100",
        "step=100-val_loss=0.25, 100",
        "val_loss=0.25_step=100, 100",
        "loss_0.25_step_100, 100",
        "step_100_loss_0.25, 100",
        "step_100_loss_25, 100",
        "global_step1000, 1000", // DeepSpeed
        "globalstep-1000, 1000",
        "checkpoint-1000, 1000", // transformers
        "checkpoint_1000, 1000",
        "checkpoint1000, 1000",
        "iter_0001000, 1000", // Megatron
        "iter-001000-ckpt, 1000", // lit-gpt
        "ckpt-500, 500",
        "model.ckpt-500, 500", // TensorFlow
        "ep0-ba1000, 1000", // MosaicML
        "ep0-ba1000-rank0, 1000",
        "step1000-tokens4B, 1000", // OLMo
        "intermediate-step-1431k-3T, 1431000", // TinyLlama
        "step-1.5k, 1500",
        "step_2m, 2000000",
        "1000steps, 1000",
        "model_1000_steps, 1000",
        "gpt2-step-100, 100",
        "llama-7b-it-250, 250",
        "step_100-rank0, 100",
        "step_100_rank_00, 100",
        "rank0-step_100, 100",
        "mp_rank_00_step_100, 100",
        "step_100_mp_rank_00, 100",
        "checkpoint-1000-00001-of-00003, 1000",
        "step_100_20240131, 100",
        "step-100-2024-01-31, 100",
        "2024-01-31T12-30-00_step_100, 100",
        "20240131_123000-checkpoint-100, 100",
        "step_20240131, 20240131", // a date that is all that a word for steps has
        "step=100-step=100, 100",
        "0100, 100",
        "model_100, 100",
        "run-100, 100",
        "model-100-v2, 100",
        "model-100-loss-0.25, 100",
        "model-7b-100, 100",
        "seed1-100, 100",
        "100-rank0, 100",
        "00000, 0",
        "updates_200, 200",
        "microbatch4-step_9, 9",
        "batch_size_32-step_9, 9",
        "checkpoint_best_lr1e-4_step_9, 9",
        "step_1e3, 1000",
        "step_1.5e+3, 1500",
        "1e3steps, 1000",
        "'step_1,500', 1500",
        "'1,500steps', 1500",
        "'model-1,500', 1500",
        "'ckpt_12,345,678', 12345678",
        "ckpt_2B, 2000000000",
        "ckpt_1.25M, 1250000",
        "10ksteps, 10000",
        "step100epoch3, 100",
        "epoch3step100, 100",
        "step100v2, 100",
    })
    void theStepIsRead(String name, String step) {
        StepName.Found found = assertInstanceOf(StepName.Found.class, StepName.of(name), name);
        assertEquals(step, found.digits());
    }

    @ParameterizedTest(name = "{0}: {1}: {2}")
    @CsvSource({
        "epoch=3, EPOCH, 3",
        "epoch_3-val_loss=1.23, EPOCH, 3",
        "ep3-rank0, EPOCH, 3",
        "epoch5-bs32, EPOCH, 5",
        "epoch0-batch1000, BATCH, 1000",
        "model-3, NONE, 3",
        "epoch=3-step=100, STEP, 100",
    })
    void theWordOfTheStepIsReported(String name, StepName.Word word, String digits) {
        StepName.Found found = assertInstanceOf(StepName.Found.class, StepName.of(name), name);
        assertEquals(word, found.word());
        assertEquals(digits, found.digits());
    }

    @ParameterizedTest(name = "{0} has no step")
    @ValueSource(strings = {
        "last", "last-v1", "best", "final-v10", "loss_0.25", "val_loss=1.23", "model-rank0", "model_rank_00",
        "mp_rank_00", "model-00001-of-00003", "run_20240131", "run-2024-01-31", "2024-01-31T12:30:00", "model-1.0.0",
        "llama-7b", "model-v3", "fp16", "seed42", "", "acc=0.9-loss=1e-3"
    })
    void otherKnownNumbersAreNotSteps(String name) {
        assertInstanceOf(StepName.None.class, StepName.of(name), name);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "checkpoint_3_1000, 3 1000", // fairseq: epoch and updates
        "step=100-step=200, 100 200",
        "checkpoint-5-step-100, 5 100",
        "checkpoint-1000-2, 1000 2",
        "epoch_3_1000, 3 1000",
        "layer3-100, 3 100",
        "gpt2-100, 2 100",
        "3-4-5, 3 4 5",
        "step_1_500, 1 500 1500",
        "step_1 500, 1 500 1500",
        "1_500_steps, 1500 500",
        "'1,50steps', 1 50",
    })
    void severalNumbersAreAmbiguous(String name, String candidates) {
        StepName.Ambiguous ambiguous = assertInstanceOf(StepName.Ambiguous.class, StepName.of(name), name);
        assertEquals(List.of(candidates.split(" ", -1)), ambiguous.candidates());
    }

    @ParameterizedTest(name = "{0} is version {1}")
    @CsvSource({"epoch=3-step=100, 0", "epoch=3-step=100-v1, 1", "step=100-v12, 12", "step_100_v2-rank0, 2"})
    void versionsAreRead(String name, int version) {
        assertEquals(version, assertInstanceOf(StepName.Found.class, StepName.of(name)).version());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "step_-5 | -5", "step=-5 | -5", "model_-5 | -5", "model_-5steps | -5", "step_1e-3 | 1e-3", "step_1.5e0 | 1.5e0",
        "step_1.2345k | 1.2345k", "step_3T | 3t", "step_1,50 | 1,50", "step_1,5k | 1,5k",
        "checkpoint-12ab34f | 12ab34f", "step_0x1f | 0x1f", "step_1'500 | 1'500", "model_12abc | 12abc", "step_5x | 5x",
    })
    void partOfATokenIsNeverReadAsANumber(String name, String token) {
        assertEquals(token, assertInstanceOf(StepName.Unknown.class, StepName.of(name), name).token());
    }
}
