package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Outcome.Scored;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sums that training writes: values by hand, pooled lines, and what is refused. */
class SumsFileTest {

    private static final String GROUPS = ",\"groups\":{\"tokens\":[1,2,3],\"inputs\":[1,2,3],\"outputs\":[1,1,2]}";

    @TempDir
    Path folder;

    private static String line(long step, String layer, double weights, String more) {
        return "{\"step\":" + step + ",\"layer\":\"" + layer + "\",\"rows\":5,\"cols\":4,\"weights\":" + weights
                + ",\"tokens\":6,\"inputs\":6.0,\"outputs\":4" + more + "}";
    }

    private SumsFile read(String text) throws IOException {
        return SumsFile.read(Files.writeString(folder.resolve("sums.jsonl"), text));
    }

    private static LayerScore row(SumsFile sums, long step, String layer) {
        return sums.results(step, layer::equals).getFirst().row();
    }

    private static Scored scored(SumsFile sums, long step, String layer) {
        return row(sums, step, layer).scored().orElseThrow();
    }

    @Test
    void aLineIsARow() throws IOException {
        SumsFile sums = read(
                line(100, "head", 8, ",\"later\":{\"x\":[1,{}]}") + "\r\n\n" + line(200, "a", 2, "") + "\n");
        assertEquals(List.of(100L, 200L), List.copyOf(sums.lines().keySet()));
        assertEquals(List.of("head", "a"), List.copyOf(sums.layers()));
        assertEquals(List.of(), sums.notes());
        Scored head = scored(sums, 100, "head");
        assertEquals(4 / (8 * 6.0), head.overlap(), 1e-16);
        assertEquals(1 + Math.log(4 / (8 * 6.0)) / (2 * Math.log(4)), head.lar(), 1e-15);
        assertNull(head.errorBars(), "without groups");
        assertEquals("sums", head.findings().run().driver());
        assertEquals(6, Objects.requireNonNull(head.findings().tokens()).counted());
        assertEquals(List.of(), row(sums, 100, "head").warnings());
        assertEquals(List.of(), sums.results(100, "other"::equals));
        assertEquals(List.of(), sums.results(300, "head"::equals));
    }

    @Test
    void linesOfAStepArePooledWithTheirGroups() throws IOException {
        SumsFile sums = read(line(1, "head", 8, GROUPS) + "\n" + line(1, "head", 8.00001, GROUPS) + "\n");
        assertEquals(2, sums.lines().get(1L));
        assertEquals(12, Objects.requireNonNull(scored(sums, 1, "head").findings().tokens()).counted());
        ErrorBars bars = scored(sums, 1, "head").errorBars();
        assertNotNull(bars);
        assertEquals(6, bars.groups());
        double squares = 0;
        for (double[] group : new double[][]{{1, 1}, {1, 2}, {2, 3}}) {
            squares += 2 * Math.pow(group[0] / 8 - group[1] / 12, 2);
        }
        assertEquals(Math.sqrt(6.0 / 5 * squares) / (2 * Math.log(4)),
                Objects.requireNonNull(bars.larStandardError()), 1e-15);
        SumsFile mixed = read(line(1, "head", 8, GROUPS) + "\n" + line(1, "head", 8.00001, "") + "\n");
        assertNull(scored(mixed, 1, "head").errorBars());
        assertTrue(row(mixed, 1, "head").warnings().getFirst().contains("some have none"));
    }

    @Test
    void anIncompleteLastLineIsLeftWithANote() throws IOException {
        String whole = line(1, "head", 8, GROUPS) + "\n";
        byte[] next = line(2, "h\u00e4ad", 8, GROUPS).getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("cut.jsonl");
        for (int cut = 1; cut < next.length; cut++) {
            Files.writeString(file, whole);
            Files.write(file, Arrays.copyOf(next, cut), StandardOpenOption.APPEND);
            SumsFile sums = SumsFile.read(file);
            assertEquals(List.of(1L), List.copyOf(sums.lines().keySet()));
            assertEquals(1, sums.notes().size(), "cut at " + cut);
            assertTrue(sums.notes().getFirst().contains("is left for the next call"));
        }
        Files.write(file, next);
        assertEquals(List.of(), SumsFile.read(file).notes(), "whole, but for the line end");
        assertTrue(read("").lines().isEmpty());
    }

    private void requireRefused(String first, String second, String problem) throws IOException {
        Path file = Files.writeString(folder.resolve("sums.jsonl"), first + "\n" + second + "\n");
        String message = String.valueOf(assertThrows(LogalignException.class, () -> SumsFile.read(file)).getMessage());
        assertTrue(message.startsWith(file + ", line 2: "), message);
        assertTrue(message.contains(problem), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{                                          | it is damaged JSON; delete the line",
        "[]                                         | it is no JSON object",
        "{\"step\":1,\"step\":1}                    | it is damaged JSON",
        "{\"layer\":\"a\"}                          | \"step\" is missing",
        "{\"step\":1.0}                             | \"step\" must be a whole number of 0 or more, below 2^63, not 1.0",
        "{\"step\":-1}                              | not -1",
        "{\"step\":99999999999999999999}            | not 99999999999999999999",
        "{\"step\":\"1\"}                           | \"step\" must be a whole number",
        "{\"layer\":5}                              | \"layer\" must be text",
        "{\"layer\":\"\"}                           | \"layer\" must be text that is not empty",
        "{\"outputs\":-Infinity}                    | \"outputs\" must be a number of 0 or more, not -Infinity",
        "{\"weights\":-1}                           | not -1",
        "{\"weights\":null}                         | not null",
        "{\"weights\":[1]}                          | not a list",
        "{\"weights\":\"\\u001b[1m\"}               | not \\u001B[1m",
        "{\"version\":2}                            | it has version 2, and this logalign knows 1: update logalign",
        "{\"groups\":[]}                            | \"groups\" must be an object of three lists",
        "{\"groups\":{\"tokens\":[1],\"inputs\":[1]}} | \"outputs\" is missing",
        "{\"groups\":{\"tokens\":1}}                | \"groups.tokens\" must be a list",
        "{\"groups\":{\"inputs\":[-1]}}             | \"groups.inputs\" must be a number of 0 or more",
        "{\"groups\":{\"tokens\":[1],\"inputs\":[1,2],\"outputs\":[1]}} | give one each for every group",
    })
    void whatIsWrongIsNamedWithItsLine(String line, String problem) throws IOException {
        requireRefused(line(1, "head", 8, ""), line.strip(), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"weights\":8.0|\"weights\":8.1|in line 1 it is 8.0: sums are pooled only over tokens that saw the same weights",
        "\"rows\":5|\"rows\":6|is 6 x 4, in line 1 it is 5 x 4",
        "\"inputs\":6.0|\"inputs\":0.4|\"outputs\" is more than \"weights\" times \"inputs\"",
        "\"inputs\":6.0|\"inputs\":0|\"outputs\" is more than \"weights\" times \"inputs\"",
        "\"tokens\":6|\"tokens\":7|\"tokens\" is 7.0, but its groups sum up to 6.0",
        "\"tokens\":6|\"tokens\":0|but its groups sum up to",
        "[1,1,2]}}|[1,1,2]}} 1|something follows its object",
        "\"cols\":4|\"cols\":2147483648|no layer is 5 x 2147483648",
        "\"inputs\":[1,2,3]|\"inputs\":[1e308,1e308,3]|\"inputs\" is 6.0, but its groups",
    })
    void sumsThatContradictEachOtherAreRefused(String good, String bad, String problem) throws IOException {
        String whole = line(1, "head", 8, GROUPS);
        String other = whole.replace(good, bad);
        requireRefused(bad.contains("cols") ? line(2, "head", 8, "") : whole, other, problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"inputs\":6.0|\"inputs\":NaN|\"inputs\" is NaN",
        "\"outputs\":4|\"outputs\":Infinity|\"outputs\" is Infinity",
        "\"outputs\":4|\"outputs\":1e400|\"outputs\" is Infinity",
        "\"weights\":8.0|\"weights\":NaN|\"weights\" is NaN",
        "\"inputs\":[1,2,3]|\"inputs\":[1,NaN,3]|a sum of \"groups\" is not finite",
    })
    void aRunThatDivergedHasFailedRowsFromThenOn(String good, String bad, String problem) throws IOException {
        String diverged = line(2, "head", 8, GROUPS).replace(good, bad);
        SumsFile sums = read(line(1, "head", 8, GROUPS) + "\n" + diverged + "\n" + line(3, "head", 8, GROUPS) + "\n"
                + line(2, "other", 8, GROUPS) + "\n");
        scored(sums, 1, "head");
        scored(sums, 2, "other");
        scored(sums, 3, "head");
        Outcome outcome = row(sums, 2, "head").outcome();
        assertEquals(Outcome.Status.FAILED, outcome.status());
        assertTrue(((Outcome.Failed) outcome).reason().contains("sums.jsonl, line 2: " + problem), outcome::toString);
    }

    @Test
    void aLineThatIsThereTwiceCountsOnce() throws IOException {
        String line = line(1, "head", 8, GROUPS) + "\n";
        SumsFile sums = read(line + line(1, "other", 8, GROUPS) + "\n" + line);
        assertEquals(scored(read(line), 1, "head").errorBars(), scored(sums, 1, "head").errorBars());
        assertEquals(6, Objects.requireNonNull(scored(sums, 1, "head").findings().tokens()).counted());
        assertEquals(1, sums.notes().size());
        assertTrue(sums.notes().getFirst().contains("line 3: the sums of layer head at step 1 are there already"),
                sums.notes().getFirst());
    }

    @Test
    void sumsWithoutALarSayWhy() throws IOException {
        String none = line(1, "head", 8, "").replace("\"tokens\":6,\"inputs\":6.0,\"outputs\":4",
                "\"tokens\":0,\"inputs\":0,\"outputs\":0");
        Outcome outcome = row(read(none), 1, "head").outcome();
        assertEquals(Outcome.Status.UNDEFINED, outcome.status());
        assertTrue(((Outcome.Undefined) outcome).reason().contains("sums.jsonl, layer \"head\": there are no tokens"),
                outcome::toString);
        Outcome zero = row(read(line(1, "head", 8, "").replace("\"outputs\":4", "\"outputs\":0")), 1, "head").outcome();
        assertEquals(Double.NEGATIVE_INFINITY, ((Scored) zero).lar());
    }
}
