package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a terminal shows: no line is wider than it, no number is cut, and names stay different. */
class TerminalTest {

    private static final int[] WIDTHS = {40, 60, 80, 120};
    private static final int LAYERS = 12;
    private static final int SIZE = 32;
    private static final int TOKENS = 96;

    @TempDir
    static Path folder;

    @BeforeAll
    static void runs() throws IOException {
        Random random = new Random(5);
        for (String run : List.of("run", "other")) {
            for (int step : List.of(1000, 12_000, 100_000)) {
                write(random, folder.resolve(run).resolve("checkpoint-" + step));
            }
        }
    }

    /** Weights in the names of Hugging Face, and activations; those of the last layer do not fit, which its row explains. */
    private static void write(Random random, Path checkpoint) throws IOException {
        Files.createDirectories(checkpoint);
        SafetensorsWriter weights = new SafetensorsWriter();
        SafetensorsWriter activations = new SafetensorsWriter();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String kind : List.of("self_attn.q_proj", "mlp.down_proj")) {
                String name = "model.layers." + layer + "." + kind;
                weights.add(name + ".weight", new long[]{SIZE, SIZE}, values(random, SIZE * SIZE));
                int inputs = layer < LAYERS - 1 ? SIZE : SIZE / 2;
                activations.add(name, new long[]{TOKENS, inputs}, values(random, TOKENS * inputs));
            }
        }
        weights.write(checkpoint.resolve("model.safetensors"));
        activations.write(checkpoint.resolve("activations.safetensors"));
    }

    private static double[] values(Random random, int count) {
        return random.doubles(count, -1, 1).toArray();
    }

    private static String at(String path) {
        return folder.resolve(path).toString();
    }

    static List<List<String>> commands() {
        String weights = at("run/checkpoint-1000/model.safetensors");
        String activations = at("run/checkpoint-1000/activations.safetensors");
        return List.of(
                List.of("score", weights, activations, "--quiet"),
                List.of("score", at("run/checkpoint-12000/model.safetensors"),
                        at("run/checkpoint-12000/activations.safetensors"), "--minus-weights", weights,
                        "--minus-activations", activations, "--pairs", "--quiet"),
                List.of("spectrum", "--weights", weights, "--quiet"),
                List.of("inspect", weights, "--activations", activations),
                List.of("track", at("run"), "--baseline", at("other"), "--quiet"),
                List.of("compare", at("run") + "@1000", at("other") + "@100000"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void noLineIsWiderThanTheTerminal(List<String> command) {
        String[] args = command.toArray(String[]::new);
        Result complete = InProcess.run(args);
        assertFalse(complete.out().isEmpty(), complete::toString);
        assertFalse(complete.out().contains("…") || complete.out().contains("left out"), complete::out);
        Set<String> known = new HashSet<>(words(complete.out()));
        for (int width : WIDTHS) {
            Result shown = InProcess.onTerminal(width, args);
            assertEquals(complete.code(), shown.code());
            shown.out().lines().forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= width, line));
            List<String> unknown = new ArrayList<>(words(shown.out()));
            unknown.removeAll(known);
            assertEquals(List.of(), unknown.stream().filter(word -> word.matches("[-+]?\\d.*")).toList(), shown.out());
        }
    }

    /** Those of a path that is broken, and what cuts names, do not count. */
    private static List<String> words(String text) {
        return Arrays.stream(text.split("\\s+")).filter(word -> !word.contains("…") && !word.contains("/")).toList();
    }

    @Test
    void namesKeepThePartThatDiffers() {
        for (int width : WIDTHS) {
            Result shown = InProcess.onTerminal(width, commands().getFirst().toArray(String[]::new));
            List<String> names = shown.out().lines().skip(1).map(line -> line.split(" ", -1)[0])
                    .filter(name -> name.contains("…") || name.endsWith("_proj")).distinct().toList();
            assertEquals(2 * LAYERS, names.size(), shown.out());
        }
    }

    @Test
    void columnsThatAreLeftOutAreNamed() {
        String[] score = commands().getFirst().toArray(String[]::new);
        String shown = InProcess.onTerminal(60, score).out();
        assertTrue(shown.startsWith("layer ") && shown.lines().findFirst().orElse("").matches(".* LAR .* k .*status"),
                shown);
        assertTrue(shown.contains("left out, since the terminal is narrow: null space, method"), shown);
        assertFalse(InProcess.onTerminal(200, score).out().contains("left out"));
    }

    /** A long note stands below its row, whole. */
    @Test
    void aLongNoteIsWrapped() {
        String[] inspect = commands().get(3).toArray(String[]::new);
        String complete = InProcess.run(inspect).out();
        String note = complete.lines().filter(line -> line.contains("failed: ")).findFirst().orElseThrow();
        String reason = note.substring(note.indexOf("failed: "));
        assertTrue(reason.length() > 40, reason);
        for (int width : new int[]{60, 80}) {
            String shown = InProcess.onTerminal(width, inspect).out();
            assertTrue(shown.lines().anyMatch(line -> line.startsWith("    failed:")), shown);
            assertTrue(shown.replaceAll("\\s", "").contains(reason.replaceAll("\\s", "")), shown);
        }
    }

    /** A terminal that does not know its width, such as one of a program, says 0. */
    @Test
    void aWidthOfZeroIsUnknown() {
        String[] score = commands().getFirst().toArray(String[]::new);
        assertEquals(InProcess.onTerminal(120, score).out(), InProcess.onTerminal(0, score).out());
    }
}
