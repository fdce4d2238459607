package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.logalign.track.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One cause gives one line, regardless of the number of checkpoints. */
class RepeatsTest {

    private static Checkpoint checkpoint(long step) {
        return new Checkpoint(
                step, Path.of("run/checkpoint-" + step + "/model.safetensors"),
                Path.of("run/checkpoint-" + step + "/activations.safetensors"), null);
    }

    private static String missing(long step) {
        return "run/checkpoint-" + step + "/model.safetensors: there are no activations; see"
                + " run/checkpoint-" + step + "/activations.safetensors";
    }

    @Test
    void theFirstIsReportedAndTheOthersAreCounted() {
        Repeats repeats = new Repeats();
        assertEquals("failed: " + missing(0), repeats.report("failed: ", "", missing(0), checkpoint(0)));
        for (long step = 1; step <= 83; step++) {
            assertNull(repeats.report("failed: ", "", missing(step), checkpoint(step)));
        }
        assertEquals(
                List.of("failed: as at step 0, at 83 more checkpoints, steps 1 to 83"), repeats.more());
        assertEquals(List.of(), repeats.more(), "once");
        assertNull(repeats.report("failed: ", "", missing(90), checkpoint(90)));
        assertEquals(List.of("failed: as at step 0, at 1 more checkpoint, step 90"), repeats.more());
    }

    @Test
    void differentLinesAreReported() {
        Repeats repeats = new Repeats();
        repeats.report("failed: ", "", missing(0), checkpoint(0));
        assertEquals("failed: other", repeats.report("failed: ", "", "other", checkpoint(1)));
        assertEquals("note: " + missing(2), repeats.report("note: ", "", missing(2), checkpoint(2)));
        assertEquals("note: LAR 1.5", repeats.report("note: ", "layer.1", "LAR 1.5", checkpoint(2)));
        assertEquals("note: LAR 1.5", repeats.report("note: ", "layer.2", "LAR 1.5", checkpoint(2)), "another layer");
        assertEquals(List.of(), repeats.more());
        assertNull(repeats.report("note: ", "layer.1", "LAR 2.25", checkpoint(3)), "another number");
        assertEquals(List.of("note: layer.1: as at step 2, at 1 more checkpoint, step 3"), repeats.more());
    }

    @Test
    void namesWithoutAStepDifferInTheirDigits() {
        Repeats repeats = new Repeats();
        assertEquals("failed: c_3_100: ambiguous", repeats.report("failed: ", "c_3_100: ambiguous"));
        assertNull(repeats.report("failed: ", "c_4_200: ambiguous"));
        assertEquals(List.of("failed: c_3_100: ambiguous; and 1 more like it"), repeats.more());
    }
}
