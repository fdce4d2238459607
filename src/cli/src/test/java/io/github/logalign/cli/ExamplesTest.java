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
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParseResult;

/** The examples below each command's help are there, are valid, and work. */
class ExamplesTest {

    /** Of these only the words are checked: they train for minutes, wait for ever, or are for a shell. */
    private static final Pattern NOT_RUN = Pattern.compile(".*( lab | demo|--follow|source ).*");

    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @TempDir
    static Path folder;

    /** The files that the examples speak of. */
    @BeforeAll
    static void files() throws IOException {
        Path model = folder.resolve("model.safetensors");
        Path activations = folder.resolve("activations.safetensors");
        assertEquals(0, InProcess.run("sample", folder.toString()).code());
        Path checkpoint = Files.createDirectory(folder.resolve("checkpoint-2000"));
        double[] values = new Random(8).doubles(512, -1, 1).toArray();
        new SafetensorsWriter().add("model.layers.0.self_attn.q_proj.weight", new long[]{32, 16}, values)
                .write(checkpoint.resolve("model.safetensors"));
        new SafetensorsWriter().add("model.layers.0.self_attn.attn_in", new long[]{16, 16}, Arrays.copyOf(values, 256))
                .add("model.layers.0.self_attn.q_proj", new long[]{16, 16}, Arrays.copyOf(values, 256))
                .write(checkpoint.resolve("activations.safetensors"));
        for (String run : List.of("run", "healthy")) {
            Files.createDirectory(folder.resolve(run));
            for (int step : new int[]{100, 200}) {
                Files.copy(model, folder.resolve(run).resolve("step_" + step + ".weights.safetensors"));
                Files.copy(activations, folder.resolve(run).resolve("step_" + step + ".activations.safetensors"));
            }
        }
        Files.writeString(folder.resolve("run").resolve("metrics.csv"), "step,loss\n100,2.5\n200,2.25\n");
        Path jobs = folder.resolve("one.jsonl");
        assertEquals(0, InProcess.run("manifest", folder.resolve("run").toString(), "--out", jobs.toString()).code());
        assertEquals(0, InProcess.run("score", "--manifest", jobs.toString(), "--quiet", "--out",
                folder.resolve("rows.csv").toString()).code());
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(Stream.of(command),
                new HashSet<>(command.getSubcommands().values()).stream().flatMap(ExamplesTest::withSubcommands));
    }

    /** As the command sets itself up if no command is named. */
    private static CommandLine everything() {
        return Main.commandLine(new Main(), new String[0]);
    }

    static List<String> examples() {
        return withSubcommands(everything())
                .flatMap(command -> Examples.of(command.getCommandName()).stream())
                .distinct()
                .toList();
    }

    @Test
    void everyCommandHasOne() {
        for (CommandLine command : withSubcommands(everything()).toList()) {
            assertFalse(Examples.of(command.getCommandName()).isEmpty(), command.getCommandName());
        }
    }

    @Test
    void theHelpEndsWithThem() {
        Result help = InProcess.run("track", "--help");
        assertEquals(0, help.code());
        List<String> shown = help.out().lines().toList();
        List<String> expected = new ArrayList<>(List.of("Examples:"));
        Examples.of("track").forEach(line -> expected.add("  " + line));
        assertEquals(expected, shown.subList(shown.size() - expected.size(), shown.size()));
        assertEquals(help.out(), InProcess.run("help", "track").out());
        assertTrue(InProcess.run("help", "lab", "grokking").out().contains("lab grokking --out run"));
        assertTrue(InProcess.run("help").out().contains("generate-completion"));
        Result unknown = InProcess.run("help", "scroe");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().getFirst().contains("did you mean score?"), unknown::toString);
    }

    private static List<String> words(String line) {
        return WORD.matcher(line).results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1)).toList();
    }

    /** An example fits a line of the help and names options that exist. The files in it are then those of the test. */
    @ParameterizedTest
    @MethodSource("examples")
    void itWorks(String line) {
        assertTrue(line.length() < 79, line);
        String command = line.replaceFirst("^source <\\((.*)\\)$", "$1");
        List<String> args = words(command).subList(1, words(command).size());
        ParseResult parsed = everything().parseArgs(args.toArray(String[]::new));
        if (NOT_RUN.matcher(" " + line).matches()) {
            return;
        }
        Set<String> paths = new HashSet<>();
        for (ParseResult at = parsed; at != null; at = at.subcommand()) {
            at.commandSpec().args().forEach(arg -> paths.addAll(paths(arg)));
        }
        if (args.getFirst().equals("compare")) {
            // Its runs are followed by steps.
            paths.addAll(args.subList(1, args.size()));
        }
        Result result = InProcess.run(args.stream()
                .map(word -> paths.contains(word) ? folder.resolve(word).toString() : word)
                .toArray(String[]::new));
        assertEquals(0, result.code(), result::toString);
    }

    private static List<String> paths(ArgSpec arg) {
        Object value = arg.getValue();
        Collection<?> values = value instanceof Collection<?> several ? several : Arrays.asList(value);
        return values.stream().filter(Path.class::isInstance).map(Object::toString).toList();
    }
}
