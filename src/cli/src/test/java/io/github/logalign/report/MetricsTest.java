package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs in the formats of training tools. */
class MetricsTest {

    private static final String GAP = "generalisation gap";

    @TempDir
    Path folder;

    private Metrics read(String name, String text) throws IOException {
        return Metrics.read(Files.writeString(folder.resolve(name), text));
    }

    private String refused(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        String message = Objects.requireNonNull(
                assertThrows(LogalignException.class, () -> Metrics.read(file)).getMessage());
        assertTrue(message.contains(name) && !message.contains("\n"), message);
        return message;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {
        "step", "Step", "STEP", "_step", "global_step", "Global_Step", "trainer/global_step", "train/global_step",
        "iteration", "iter", " step "
    })
    void columnsOfStepsHaveManyNames(String step) throws IOException {
        Metrics metrics = read("m.csv", "loss," + step + "\n0.5,100\n0.25,200\n");
        assertEquals(Map.of(100L, 0.5, 200L, 0.25), metrics.curve("loss"));
        assertEquals(List.of("loss"), metrics.names());
        assertEquals(List.of(), metrics.notes());
    }

    @Test
    void theOptimisersStepsTakePrecedenceOverWandbsCalls() throws IOException {
        Metrics metrics = read("m.csv",
                "_step,trainer/global_step,loss,_runtime,_timestamp\n1,100,0.5,3,17\n2,200,0.25,4,18\n");
        assertEquals(Map.of(100L, 0.5, 200L, 0.25), metrics.curve("loss"));
        assertEquals(List.of("loss"), metrics.names(), "counts and times are not metrics");
    }

    @ParameterizedTest(name = "\"{0}\" is missing")
    @ValueSource(strings = {"", "nan", "NaN", "-", "None", "null", "NULL", "N/A", "<NA>", " "})
    void missingValuesAreSkipped(String missing) throws IOException {
        Metrics metrics = read("m.csv", "step,loss\n0,0.5\n100," + missing + "\n200,0.25\n");
        assertEquals(Map.of(0L, 0.5, 200L, 0.25), metrics.curve("loss"));
        assertEquals(List.of(), metrics.notes());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"inf", "-inf", "+inf", "Infinity", "-Infinity", "1e999"})
    void infinitiesAreTreatedAsMissingWithANote(String infinity) throws IOException {
        Metrics metrics = read("m.csv", "step,loss\n0,0.5\n100," + infinity + "\n");
        assertEquals(Map.of(0L, 0.5), metrics.curve("loss"));
        assertEquals(1, metrics.notes().size());
        assertTrue(metrics.notes().getFirst().contains("1 infinite value of \"loss\" was treated as missing"),
                metrics.notes().getFirst());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"tensor(0.5)", "1d", "0x1p3", "12%", "True", "0.5 0.6", "1_000"})
    void aColumnOfOtherTextIsReported(String text) throws IOException {
        Metrics metrics = read("m.csv", "step,loss,phase\n0,0.5," + text + "\n");
        assertEquals(List.of("loss"), metrics.names());
        assertEquals(1, metrics.notes().size());
        assertTrue(metrics.notes().getFirst().contains("\"phase\": skipped"), metrics.notes().getFirst());
    }

    @Test
    void rowsWithoutAStepAreCounted() throws IOException {
        Metrics metrics = read("m.csv", "step,loss\n0,0.5\n,0.4\nnan,0.3\n100,0.2\n");
        assertEquals(Map.of(0L, 0.5, 100L, 0.2), metrics.curve("loss"));
        assertTrue(metrics.notes().getFirst().contains("2 rows have no step"), metrics.notes().getFirst());
        assertTrue(refused("n.csv", "step,loss\n0,0.5\nten,0.4\n").contains("row 2: \"ten\" is not a step"));
    }

    @Test
    void tensorBoardsCurveIsNamedAfterItsFile() throws IOException {
        String csv = "Wall time,Step,Value\n1717171717.5,10,2.5\n1717171718.5,20,2.25\n";
        Metrics loss = read("run-logs_version_0-tag-train_loss.csv", csv);
        assertEquals(List.of("train_loss"), loss.names());
        assertEquals(Map.of(10L, 2.5, 20L, 2.25), loss.curve("train_loss"));
        assertEquals(List.of("accuracy"), read("accuracy.csv", csv).names());
        Metrics both = loss.and(read("run-logs-tag-val_loss.csv", "Wall time,Step,Value\n1,20,3.25\n"));
        assertEquals(List.of("train_loss", "val_loss", GAP), both.names());
        assertEquals(Map.of(20L, 1.0), both.curve(GAP));
    }

    @Test
    void wandbsExportIsRead() throws IOException {
        Metrics metrics = read("wandb.csv",
                """
                        "Step","vivid-sun-3 - train/loss","vivid-sun-3 - train/loss__MIN","vivid-sun-3 - train/loss__MAX","vivid-sun-3 - _step","vivid-sun-3 - eval/loss"
                        "100","2.5","2.5","2.5","1",""
                        "200","2.0","2.0","2.0","2","3.0"
                        """);
        assertEquals(List.of("train/loss", "eval/loss", GAP), metrics.names());
        assertEquals(Map.of(200L, 1.0), metrics.curve(GAP));
        assertTrue(metrics.notes().getFirst().contains("train/loss__MIN"), "the skipped column is named");
        Metrics two = read("two.csv", "Step,a - loss,b - loss\n1,2,3\n2,3,4\n");
        assertEquals(List.of("a - loss", "b - loss"), two.names(), "two runs stay separate");
    }

    /** A Trainer's log_history as written by pandas: the last row summarises the run. */
    @Test
    void theAverageOverTheRunIsNotTheTrainingLoss() throws IOException {
        Metrics metrics = read("log.csv",
                """
                        loss,grad_norm,epoch,step,eval_loss,eval_runtime,train_runtime,train_samples_per_second,train_steps_per_second,total_flos,train_loss
                        2.5,1.0,0.5,100,,,,,,,
                        ,,0.5,100,2.75,1.5,,,,,
                        2.0,1.0,1.0,200,,,,,,,
                        ,,1.0,200,2.5,1.5,,,,,
                        ,,1.0,200,,,30.5,6.6,0.8,1.5e12,2.25
                        """);
        assertEquals(Map.of(100L, 0.25, 200L, 0.5), metrics.curve(GAP));
        assertEquals(List.of("loss", "grad_norm", "epoch", "eval_loss", "eval_runtime", GAP), metrics.names());
        assertEquals(1, metrics.notes().size());
        for (String name : List.of("train_runtime", "total_flos", "train_loss", "train_steps_per_second")) {
            assertTrue(metrics.notes().getFirst().contains(name), metrics.notes().getFirst());
        }
    }

    @Test
    void aCurveIsPreferredToASingleTrainLoss() throws IOException {
        Metrics metrics = read("log.csv", "step,loss,eval_loss,train_loss\n100,2.5,2.75,\n200,2.0,2.5,2.25\n");
        assertEquals(Map.of(100L, 0.25, 200L, 0.5), metrics.curve(GAP));
    }

    @Test
    void aTrainLossOfEveryStepIsPreferred() throws IOException {
        Metrics metrics = read("m.csv", "step,train_loss,loss,val_loss\n0,1,7,2\n100,1,7,3\n");
        assertEquals(Map.of(0L, 1.0, 100L, 2.0), metrics.curve(GAP));
    }

    @Test
    void lossesWithoutACommonStepAreReported() throws IOException {
        Metrics metrics = read("m.csv", "step,train_loss,val_loss\n0,1,\n100,,3\n");
        assertFalse(metrics.names().contains(GAP));
        assertTrue(metrics.notes().getFirst().contains("no step in common"), metrics.notes().toString());
    }

    @Test
    void trainerStateIsReadUnderAnyName() throws IOException {
        String state = """
                {"best_metric": null, "epoch": 1.0, "global_step": 200, "log_history": [
                 {"epoch": 0.5, "grad_norm": NaN, "loss": 2.5, "step": 100},
                 {"epoch": 0.5, "eval_loss": 2.75, "eval_runtime": 1.5, "step": 100},
                 {"epoch": 1.0, "grad_norm": 1.0, "loss": 2.0, "step": 200},
                 {"epoch": 1.0, "eval_loss": Infinity, "step": 200},
                 {"epoch": 1.0, "step": 200, "total_flos": 1.5e12, "train_loss": 2.25, "train_runtime": 30.5,
                  "train_samples_per_second": 6.6, "train_steps_per_second": 0.8}],
                 "max_steps": 200, "stateful_callbacks": {"x": {"args": {}, "list": [1, 2]}}}
                """;
        for (String name : List.of("trainer_state.json", "renamed.csv")) {
            Metrics metrics = read(name, state);
            assertEquals(Map.of(100L, 2.5, 200L, 2.0), metrics.curve("loss"));
            assertEquals(Map.of(200L, 1.0), metrics.curve("grad_norm"), "Python's NaN is a missing value");
            assertEquals(Map.of(100L, 0.25), metrics.curve(GAP));
            assertFalse(metrics.names().contains("train_loss"));
            assertFalse(metrics.names().contains("total_flos"));
        }
        assertTrue(refused("cut.json", state.substring(0, state.indexOf("\"max_steps\""))).contains("damaged JSON"));
        assertTrue(refused("empty.json", "{\"log_history\": []}").contains("no entries"));
    }

    @Test
    void jsonLinesAndArraysAreRead() throws IOException {
        String lines = """
                {"step": 0, "loss": 1.5, "nested": {"acc": 0.25}, "list": [1], "tag": "x"}
                {"step": 100, "loss": null, "nested": {"acc": 0.5}}

                {"step": 200, "loss": "NaN", "val_loss": 3}
                """;
        Metrics metrics = read("log.jsonl", lines);
        assertEquals(Map.of(0L, 1.5), metrics.curve("loss"));
        assertEquals(Map.of(0L, 0.25, 100L, 0.5), metrics.curve("nested/acc"));
        assertTrue(metrics.notes().getFirst().contains("\"tag\": skipped"), metrics.notes().toString());
        Metrics live = read("live.jsonl", "{\"step\": 0, \"loss\": 1}\n{\"step\": 1, \"lo");
        assertEquals(Map.of(0L, 1.0), live.curve("loss"));
        assertTrue(live.notes().getFirst().contains("incomplete"), live.notes().toString());
        assertEquals(Map.of(1L, 2.0), read("a.json", "[{\"step\": 1, \"loss\": 2}]").curve("loss"));
        assertTrue(refused("b.json", "[1, 2]").contains("objects"));
        assertTrue(refused("c.json", "{\"step\": 1, \"step\": 2}").contains("damaged JSON"));
        assertTrue(refused("d.json", "{\"step\" 1}").contains("line 1"));
    }

    @Test
    void theMessageListsTheColumns() throws IOException {
        String message = refused("m.csv", "time,loss\n0,1\n");
        assertTrue(message.contains("\"time\", \"loss\""), message);
        assertTrue(refused("n.csv", "step,phase\n0,warm\n").contains("\"step\", \"phase\""));
        assertTrue(refused("o.csv", "step,loss,loss\n0,1,2\n").contains("two columns are named \"loss\""));
    }

    @Test
    void ofStepsRewrittenAfterACrashTheLaterValueIsUsed() throws IOException {
        Metrics metrics = read("m.csv", "step,loss\n0,3\n100,2\n200,1\n100,2.5\n200,1.5\n");
        assertEquals(Map.of(0L, 3.0, 100L, 2.5, 200L, 1.5), metrics.curve("loss"));
    }

    @Test
    void oneRowWithoutAStepIsReportedInTheSingular() throws IOException {
        assertTrue(read("m.csv", "step,loss\n0,0.5\n,0.4\n").notes().getFirst().endsWith("no step and was skipped"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"200,1.", "200,1e", "200,1.5e-", "200,-", "200", "2", "200,na\"", "200,\"1.5", "200,Non",
        "200,infi"})
    void anIncompleteLastLineIsSkippedWithANote(String last) throws IOException {
        for (String end : List.of("\n", "\r\n")) {
            Metrics metrics = read("m.csv", "step,loss" + end + "0,0.5" + end + "100,0.4" + end + last);
            assertEquals(Map.of(0L, 0.5, 100L, 0.4), metrics.curve("loss"));
            assertEquals(1, metrics.notes().size());
            assertTrue(metrics.notes().getFirst().endsWith("the last line is incomplete and was skipped"));
        }
    }

    @Test
    void anIncompleteStepAtTheEndOfTheLastLineIsSkipped() throws IOException {
        Metrics metrics = read("m.csv", "loss,step\n0.5,0\n0.4,100\n0.3,2");
        assertEquals(Map.of(0L, 0.5, 100L, 0.4), metrics.curve("loss"));
        assertEquals(1, metrics.notes().size());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"200,0.3", "200,3", "200,nan", "200,None", "200,", "200,\"0.3\""})
    void aCompleteLastLineNeedsNoLineEnd(String last) throws IOException {
        Metrics metrics = read("m.csv", "step,loss,\n0,0.5,\n" + last + ",");
        assertEquals(List.of(), metrics.notes());
        metrics = read("m.csv", "step,loss\n0,0.5\n" + last);
        assertEquals(List.of(), metrics.notes());
        assertEquals(last.contains("3"), metrics.curve("loss").containsKey(200L));
    }

    @Test
    void anIncompleteLineInTheMiddleOfTheFileIsDamage() throws IOException {
        assertTrue(refused("m.csv", "step,loss\n0\n100,0.4\n").contains("line 2"));
        assertTrue(refused("m.csv", "step,loss\n0,0.5\n100,0.4,7").contains("line 3"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"{\"step\": 2, \"loss\": 1.", "{\"step\": 2, \"loss\": 1e", "{\"step\": 2, \"loss\": -",
        "{\"step\": 2, \"loss\": Na", "{\"step\": 2, \"loss\": nul", "{\"step\": 2, \"lo", "{"})
    void anIncompleteJsonLineIsSkippedWithANote(String last) throws IOException {
        Metrics metrics = read("m.jsonl", "{\"step\": 0, \"loss\": 0.5}\n" + last);
        assertEquals(Map.of(0L, 0.5), metrics.curve("loss"));
        assertEquals(1, metrics.notes().size());
    }
}
