package io.github.logalign.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.batch.BatchRow;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal knows of a batch when it is continued. */
class JournalTest {

    private static final JournalHeader HEADER = new JournalHeader("f", 2, List.of("step"), "1/1",
            Map.of("method", "svd"));
    private static final Map<String, List<Integer>> USES = Map.of("w", List.of(1));

    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("rows.journal");
    }

    private static BatchRow row(int job, int part, Outcome outcome) {
        LayerInfo info = new LayerInfo("layer", new LayerInfo.Source("w", null), null, null, null, List.of());
        return new BatchRow(job, part, Map.of("step", "1"), new LayerScore(info, outcome, 0.5));
    }

    private void write(BatchRow... rows) {
        try (Journal journal = Journal.begin(path(), HEADER, Map.of("w", "old"))) {
            for (BatchRow row : rows) {
                journal.accept(row);
            }
        }
    }

    private Journal resume(String stamp, boolean retries) {
        return Journal.resume(path(), HEADER, Map.of("w", stamp), retries, USES);
    }

    /** Layers end in any order: the first one may have no row yet. */
    @Test
    void aChangedInputIsRefusedForAnyLayerOfAJob() {
        write(row(1, 1, new Outcome.Skipped("nothing")));
        LogalignException refused = assertThrows(LogalignException.class, () -> resume("new", true));
        assertTrue(refused.getMessage().contains("has changed or is gone since job 1"), refused::getMessage);
        resume("old", false).close();
    }

    @Test
    void aChangedInputOfFailedLayersIsNoted() {
        write(row(1, 0, new Outcome.Failed("bad")), row(2, 0, new Outcome.Skipped("nothing")));
        try (Journal journal = resume("new", true)) {
            assertFalse(journal.isDone(1, 0));
            assertTrue(journal.isDone(2, 0));
            journal.accept(row(1, 0, new Outcome.Skipped("now")));
        }
        resume("new", false).close();
        assertThrows(LogalignException.class, () -> resume("old", false));
        try (JournalRows rows = new JournalRows(List.of(path()))) {
            assertEquals(2, rows.size());
            assertEquals(row(1, 0, new Outcome.Skipped("now")), rows.iterator().next());
        }
    }

    @Test
    void oneProcessWritesIt() {
        write();
        try (Journal _ = resume("old", false)) {
            LogalignException refused = assertThrows(LogalignException.class, () -> resume("old", false));
            assertTrue(refused.getMessage().contains("another process is writing it"), refused::getMessage);
        }
    }
}
