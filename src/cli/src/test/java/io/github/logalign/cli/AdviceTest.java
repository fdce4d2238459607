package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** No message suggests an option that the command lacks, as checked in the texts of the sources. */
class AdviceTest {

    private static final List<Path> SOURCES = Stream.of("../core", ".")
            .map(module -> Path.of(module, "src", "main", "java", "io", "github", "logalign"))
            .toList();
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9_-]*[a-z0-9]");

    /**
     * Options that are suggested only if the command has them, see {@code Selection.offersNames}, or if one of them was
     * given.
     */
    private static final Set<String> OF_SCORE_ALONE = Set.of("--tensor", "--activation", "--mask");

    /** Options of the programs that convert checkpoints of other formats. */
    private static final Set<String> OF_OTHERS = Set.of("--safe_serialization", "--tag");

    private static Set<String> options(Object command) {
        return new CommandLine(command).getCommandSpec().optionsMap().keySet();
    }

    private static List<String> named(String folder) throws IOException {
        List<String> named = new ArrayList<>();
        Path sources = SOURCES.stream()
                .map(module -> module.resolve(folder))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (String line : Files.readAllLines(file)) {
                    String code = line.strip();
                    if (!code.startsWith("*") && !code.startsWith("/") && code.contains("\"")) {
                        OPTION.matcher(code).results().forEach(match -> named.add(match.group()));
                    }
                }
            }
        }
        return named;
    }

    private static void assertKnown(String folder, Set<String> known) throws IOException {
        List<String> unknown = named(folder);
        assertTrue(!unknown.isEmpty(), folder);
        unknown.removeAll(known);
        assertEquals(List.of(), unknown, folder);
    }

    @Test
    void messagesSharedByScoreAndTrackNameOptionsOfBoth() throws IOException {
        Set<String> known = new HashSet<>(options(new ScoreCommand()));
        known.retainAll(options(new TrackCommand()));
        known.addAll(OF_SCORE_ALONE);
        assertKnown("score", known);
    }

    @Test
    void trackNamesItsOwnOptions() throws IOException {
        Set<String> known = new HashSet<>(options(new TrackCommand()));
        known.addAll(OF_OTHERS);
        assertKnown("track", known);
    }

    @Test
    void labNamesItsOwnOptions() throws IOException {
        assertKnown("lab", options(new LabCommand.RepetitionCommand()));
    }

    @Test
    void readersNameNoOptions() throws IOException {
        List<String> named = named("tensor");
        named.removeIf(option -> option.equals("--void16"));
        assertEquals(List.of(), named);
    }
}
