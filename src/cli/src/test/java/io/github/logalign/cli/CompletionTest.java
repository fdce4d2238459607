package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The completion script, run by bash as a user's Tab key does. */
class CompletionTest {

    @TempDir
    static Path folder;

    @BeforeAll
    static void script() throws IOException {
        boolean there = Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "bash")));
        Needs.that(there, "bash");
        Command.Result printed = InProcess.run("generate-completion");
        assertEquals(0, printed.code(), printed::toString);
        Files.writeString(folder.resolve("completion"), printed.out());
        for (String file : List.of("model.safetensors", "mask.npz", "acts")) {
            Files.createFile(folder.resolve(file));
        }
        Files.createDirectory(folder.resolve("my run"));
    }

    /** What the Tab key proposes behind some words; the last one has been begun. */
    private static List<String> completed(String... words) throws IOException, InterruptedException {
        List<String> quoted = Stream.of(words).map(word -> "'" + word + "'").toList();
        Path out = folder.resolve("completed");
        Process process = new ProcessBuilder("bash", "-c", "source ./completion; COMP_WORDS=("
                + String.join(" ", quoted)
                + "); COMP_CWORD=" + (words.length - 1) + "; COMP_LINE=\"${COMP_WORDS[*]}\"; COMP_POINT=${#COMP_LINE}; "
                + "$(complete -p logalign | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\"")
                .directory(folder.toFile()).redirectOutput(out.toFile()).redirectErrorStream(true).start();
        assertEquals(0, process.waitFor());
        return Files.readAllLines(out).stream().filter(line -> !line.isEmpty()).sorted().toList();
    }

    @ParameterizedTest
    @CsvSource({
        "logalign sp, spectrum",
        "logalign lab gr, grokking",
        "logalign help col, columns",
        "logalign score --meth, --method",
        "logalign score --method _, auto gram norm svd",
        "logalign spectrum --weights model.safetensors --method _, auto gram svd",
        "logalign score --method g, gram",
        "logalign score --method = g, gram",
        "logalign score --method =, auto gram norm svd",
        "logalign score --method=g, --method=gram",
        "logalign score --precision _, double single",
        "logalign score --route tri, triangle",
        "logalign track acts --format _, csv json table",
        "logalign track acts --alarm below, below-baseline",
        "logalign score --stored _, output-input",
        "logalign score --void16 b, bf16",
        "logalign lab repetition --size s, small",
        "logalign score mod, model.safetensors",
        "logalign score model.safetensors ac, acts",
        "logalign score --weights mod, model.safetensors",
        "logalign score --out = mod, model.safetensors",
        "logalign score --mask mas, mask.npz",
        "logalign score --groups mas, mask.npz",
        "logalign inspect mod, model.safetensors",
        "logalign compare ac, acts",
        "logalign compare acts mod, model.safetensors",
        "logalign track my, my run",
        "logalign score --tensor mod, ''",
        "logalign score --threads _, ''",
    })
    void aWordIsCompleted(String words, String expected) throws Exception {
        String[] typed = words.split(" ", -1);
        if (typed[typed.length - 1].equals("_")) {
            typed[typed.length - 1] = "";
        }
        List<String> proposed = completed(typed);
        assertEquals(expected, String.join(" ", proposed), () -> words);
    }

    /** Every option of every command is proposed, in bash and, by its own functions for bash's scripts, in zsh. */
    @Test
    void everyOptionIsProposed() throws Exception {
        for (CommandLine command : Main.allCommands()) {
            List<String> proposed = completed("logalign", command.getCommandName(), "--");
            TreeSet<String> missing = new TreeSet<>(command.getCommandSpec().optionsMap().keySet());
            missing.removeIf(option -> !option.startsWith("--"));
            missing.removeAll(proposed);
            assertEquals(List.of(), new ArrayList<>(missing), command.getCommandName());
        }
        String script = Files.readString(folder.resolve("completion"));
        assertTrue(script.contains("bashcompinit"), script);
        assertFalse(script.matches("(?s).*\"(SVD|GRAM|AUTO|NORM|DOUBLE|SINGLE|TABLE|SMALL|KERNEL)\".*"), script);
    }
}
