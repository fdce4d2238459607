package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logalign.Environment;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sentences at the top of a report say what was computed, and nothing where nothing was. */
class HtmlSummaryTest {

    @TempDir
    Path folder;

    private static String summary(Series series, Alarms alarms, Metrics metrics) {
        HtmlReport.Content content = new HtmlReport.Content(
                "run", series, alarms, new TreeMap<>(), List.of(), metrics, Environment.current());
        return HtmlSummary.of(content, ChartedLayers.of(series, alarms))
                .replaceAll("<[^>]+>", "").replace('\u202f', ' ').strip();
    }

    private static String summary(Series series) {
        return summary(series, Alarms.NONE, Metrics.NONE);
    }

    @Test
    void aRunWithEverything() throws IOException {
        Series usual = TestSeries.of(TestSeries.steps(40, 100), step -> 0.72);
        Series series = TestSeries.of(TestSeries.steps(40, 100), step -> 0.72 - step * 3e-5)
                .withBaseline(Baseline.of(usual));
        Path log = Files.writeString(folder.resolve("log.csv"), "step,val_loss\n0,3\n1100,2.5\n3900,4\n");
        Alarm alarm = new Alarm(TestSeries.LAYER, Alarm.Kind.DECLINE, 1600, 1, 1, null, "evidence");
        Alarms alarms = new Alarms(List.of(alarm, alarm), null, List.of(), Map.of());
        assertEquals(
                "LAR of lm_head fell from 0.720 to 0.603 over 40 checkpoints (steps 0 to 3 900). At step 3 900 it was "
                        + "0.117 below the baseline. val_loss had its minimum, 2.500, at step 1 100 and was 4 at step 3 900. "
                        + "2 alarms fired, the first at step 1 600.",
                summary(series, alarms, Metrics.read(log)));
    }

    @Test
    void fewRows() {
        assertEquals("", summary(Series.EMPTY));
        assertEquals("LAR of lm_head is 0.600 at step 0, the only checkpoint with a value.",
                summary(TestSeries.of(TestSeries.steps(1, 100), step -> 0.6)));
        assertEquals("LAR of lm_head is 0.600 at the end, as at the start, over 2 checkpoints (steps 0 to 100).",
                summary(TestSeries.of(TestSeries.steps(2, 100), step -> 0.6)));
    }

    @Test
    void extremesBetweenTheEnds() {
        assertEquals(
                "LAR of lm_head fell from 0.700 to 0.600 over 3 checkpoints (steps 0 to 200), highest 0.900 at step "
                        + "100.",
                summary(TestSeries.of(TestSeries.steps(3, 100),
                        step -> step == 0 ? 0.7 : step == 100 ? 0.9 : 0.6)));
    }

    @Test
    void rowsWithoutAValue() {
        SeriesRow undefined = SeriesRow.of(0, TestSeries.score("a", null, Status.UNDEFINED));
        assertEquals("LAR of a has no value at any checkpoint. 1 of 1 row has no LAR.",
                summary(Series.of(List.of(undefined))));
        assertEquals("LAR of a is 0.500 at step 100, the only checkpoint with a value. 1 of 2 rows has no LAR.",
                summary(Series.of(List.of(undefined, TestSeries.row(100, "a", 0.5)))));
    }

    @Test
    void manyLayers() throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        for (long step : TestSeries.steps(10, 100)) {
            rows.add(TestSeries.row(step, "lm_head", 0.7 - step * 1e-4));
            rows.add(TestSeries.row(step, "layers.0.fc", 0.7 - step * 2e-4));
            rows.add(TestSeries.row(step, "layers.1.fc", 0.7 - step * 3e-4));
        }
        assertEquals(
                "LAR of lm_head fell from 0.700 to 0.610 over 10 checkpoints (steps 0 to 900). LAR fell in all 2 other "
                        + "layers too.",
                summary(Series.of(rows)));
        for (long step : TestSeries.steps(10, 100)) {
            rows.add(TestSeries.row(step, "layers.2.fc", 0.5 + step * 1e-4));
        }
        Path log = Files.writeString(folder.resolve("log.csv"), "step,eval_wiki_loss\n0,3\n900,2.5\n");
        assertEquals(
                "LAR of lm_head fell from 0.700 to 0.610 over 10 checkpoints (steps 0 to 900). Of the 3 other layers, "
                        + "LAR fell in 2 and rose in 1. eval_wiki_loss was lowest at its last step, 900: 2.500.",
                summary(Series.of(rows), Alarms.NONE, Metrics.read(log)));
    }
}
