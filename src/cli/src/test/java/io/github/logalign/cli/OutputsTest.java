package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.report.CsvReport;
import io.github.logalign.report.JsonReport;
import io.github.logalign.report.SeriesEvents;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SpectraList;
import io.github.logalign.report.TableReport;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.AnnotatedElement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** An output must not be an input, another output, or a file that the command did not write. */
class OutputsTest {

    /** Options whose text contains the name of a file; the command parses them and adds the files to its inputs. */
    private static final Set<String> NAMED_WITHIN_TEXT = Set.of("--mask", "--groups");

    @TempDir
    Path folder;

    private static List<CommandLine> commands() {
        List<CommandLine> commands = new ArrayList<>();
        for (CommandLine command : Main.allCommands()) {
            LowerCaseEnums.apply(command);
            addLeaves(command, commands);
        }
        return commands;
    }

    private static void addLeaves(CommandLine command, List<CommandLine> leaves) {
        if (command.getSubcommands().isEmpty()) {
            leaves.add(command);
        }
        command.getSubcommands().values().forEach(sub -> addLeaves(sub, leaves));
    }

    private static boolean isMarked(ArgSpec arg, Class<? extends java.lang.annotation.Annotation> mark) {
        return arg.userObject() instanceof AnnotatedElement field && field.isAnnotationPresent(mark);
    }

    private static boolean isPath(ArgSpec arg) {
        return Stream.concat(Stream.of(arg.type()), Stream.of(arg.auxiliaryTypes()))
                .anyMatch(type -> type == Path.class || type == File.class);
    }

    @Test
    void everyPathOptionIsMarkedAsReadOrWritten() {
        for (CommandLine command : commands()) {
            for (ArgSpec arg : command.getCommandSpec().args()) {
                String name = command.getCommandName() + " " + arg;
                if (isPath(arg)) {
                    assertTrue(arg.type() == Path.class || arg.type() == List.class, name);
                    assertNotEquals(isMarked(arg, Reads.class), isMarked(arg, Writes.class), name);
                } else if (arg.paramLabel().matches(".*(FILE|DIR|FOLDER|PATH).*")) {
                    assertTrue(arg instanceof OptionSpec option && NAMED_WITHIN_TEXT.contains(option.longestName()),
                            name);
                }
            }
        }
    }

    /** For every command, tests every pair of an output with an input or another output. */
    @Test
    void anOutputThatIsAnInputOrAnotherOutputIsWrongUsage() throws IOException {
        int pairs = 0;
        for (CommandLine command : commands()) {
            List<ArgSpec> paths = command.getCommandSpec().args().stream().filter(OutputsTest::isPath).toList();
            for (ArgSpec output : paths) {
                for (ArgSpec other : paths) {
                    if (isMarked(output, Writes.class) && !other.equals(output)) {
                        requireClash(command, output, other, folder.resolve("same").toString());
                        pairs++;
                    }
                }
            }
        }
        assertTrue(pairs >= 12, "score alone has six");
    }

    private void requireClash(CommandLine command, ArgSpec output, ArgSpec other, String same) {
        List<String> args = new ArrayList<>();
        for (ArgSpec arg : command.getCommandSpec().args()) {
            boolean one = arg.equals(output) || arg.equals(other);
            if (one || arg.required()) {
                String value = one
                        ? place(arg.equals(output) ? other : output, arg, same)
                        : folder.resolve("another-" + args.size()).toString();
                args.addAll(arg instanceof OptionSpec option
                        ? List.of(option.longestName(), value)
                        : List.of(value));
            }
        }
        CommandLine top = command;
        for (; top.getParent() != null; top = top.getParent()) {
            args.addFirst(top.getCommandName());
        }
        top.parseArgs(args.toArray(String[]::new));
        ParameterException clash = assertThrows(
                ParameterException.class, () -> Outputs.of(command).check(), () -> String.join(" ", args));
        String message = String.valueOf(clash.getMessage());
        assertTrue(message.contains(name(output)) && message.contains(name(other)), message);
    }

    /** The path itself, or, where the partner is a folder to write to, the first file that it would get. */
    private static String place(ArgSpec partner, ArgSpec arg, String same) {
        Writes writes = partner.userObject() instanceof AnnotatedElement field
                ? field.getAnnotation(Writes.class)
                : null;
        return writes == null || writes.files().length == 0 || partner.equals(arg)
                ? same
                : Path.of(same).resolve(writes.files()[0]).toString();
    }

    private static String name(ArgSpec arg) {
        return arg instanceof PositionalParamSpec ? arg.paramLabel() : ((OptionSpec) arg).longestName();
    }

    private CommandLine score(Object weights, Object out, String... more) {
        CommandLine command = new CommandLine(new ScoreCommand());
        LowerCaseEnums.apply(command);
        List<String> args = new ArrayList<>(List.of(
                "--weights", weights.toString(), "--activations", folder.resolve("x.npy").toString(), "--out",
                out.toString()));
        args.addAll(List.of(more));
        command.parseArgs(args.toArray(String[]::new));
        return command;
    }

    private static void requireWrong(CommandLine command) {
        assertThrows(ParameterException.class, () -> Outputs.of(command).check());
    }

    @Test
    void pathsAreComparedByTheFilesBehindThem() throws IOException {
        Path weights = Files.writeString(folder.resolve("w.npy"), "weights");
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), Path.of("w.npy"));
        Path twice = Files.createSymbolicLink(folder.resolve("twice"), Path.of("linked"));
        Path hard = Files.createLink(folder.resolve("hard"), weights);
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Path folderLink = Files.createSymbolicLink(folder.resolve("folder-link"), sub);
        Path roundabout = folderLink.resolve("..").resolve("w.npy");
        Path relative = Path.of("").toAbsolutePath().relativize(weights);
        for (Path same : List.of(weights, linked, twice, hard, roundabout, relative)) {
            requireWrong(score(weights, same));
            requireWrong(score(same, weights, "--force"));
            assertEquals("weights", Files.readString(weights));
        }
        assertDoesNotThrow(() -> Outputs.of(score(weights, sub.resolve("w.npy"))).check());
    }

    @Test
    void pathsThatDoNotExistYetAreComparedToo() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Path folderLink = Files.createSymbolicLink(folder.resolve("folder-link"), sub);
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("sub", "new"));
        Path fresh = sub.resolve("new");
        FileIdentity identity = FileIdentity.of(fresh);
        assertEquals(identity, FileIdentity.of(folderLink.resolve("new")));
        assertEquals(identity, FileIdentity.of(dangling));
        assertEquals(identity, FileIdentity.of(sub.resolve("nowhere").resolve("..").resolve("new")));
        assertNotEquals(identity, FileIdentity.of(folder.resolve("new")));
        assertNotEquals(identity, FileIdentity.of(fresh.resolve("new")));
        Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("other"));
        Files.createSymbolicLink(folder.resolve("other"), Path.of("one"));
        requireWrong(score(folder.resolve("w.npy"), one));
    }

    @Test
    void streamsAreNotFiles() {
        assertDoesNotThrow(() -> Outputs.of(score("/dev/null", "/dev/null", "--spectra", "/dev/null")).check());
        assertDoesNotThrow(() -> Outputs.of(score(folder.resolve("w"), "/dev/stdout")).check());
    }

    /** Java takes an empty path for the current folder. */
    @Test
    void anEmptyPathIsRefusedForEveryOption() {
        int options = 0;
        for (CommandLine command : commands()) {
            for (ArgSpec arg : command.getCommandSpec().args()) {
                if (isPath(arg)) {
                    requireClash(command, arg, arg, "");
                    options++;
                }
            }
        }
        assertTrue(options >= 15, "score alone has four");
    }

    @Test
    void theConfigurationBesideWeightsIsAnInput() throws IOException {
        Path config = Files.writeString(folder.resolve("config.json"), "{}");
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), config);
        Path weights = folder.resolve("w.npy");
        for (Path out : List.of(config, link)) {
            Outputs outputs = Outputs.of(score(weights, out, "--force")).readsBeside(List.of(weights));
            assertThrows(ParameterException.class, outputs::check);
        }
        Files.delete(config);
        Outputs missing = Outputs.of(score(weights, config)).readsBeside(List.of(weights));
        assertThrows(ParameterException.class, missing::check, "the next run would read the result as its "
                + "configuration");
    }

    @Test
    void anExtensionSelectsAFormat() {
        for (String name : List.of("r.jsn", "r.xml", "r.html", "r.json.gz", ".r.x")) {
            OutputOptions options = new OutputOptions();
            CommandLine command = new CommandLine(options);
            LowerCaseEnums.apply(command);
            command.parseArgs("--out", name);
            String message = String.valueOf(assertThrows(
                    ParameterException.class, () -> options.format(command)).getMessage());
            assertTrue(message.contains(".json, .csv or .txt"), message);
            command.parseArgs("--out", name, "--format", "table");
            assertEquals(OutputOptions.Format.TABLE, options.format(command));
        }
        for (String name : List.of("r", "-", ".hidden", "a.b/r", "/dev/null", "r.TXT")) {
            OutputOptions options = new OutputOptions();
            CommandLine command = new CommandLine(options);
            LowerCaseEnums.apply(command);
            command.parseArgs("--out", name);
            assertEquals(OutputOptions.Format.TABLE, options.format(command), name);
        }
    }

    @Test
    void anEmptyIndexIsDeleted() throws IOException {
        Environment environment = Environment.current();
        Path list = folder.resolve(SpectraList.FILE);
        SpectraList.announce(folder, environment, 1, List.of("a.p.npy", "a.q.npy"));
        assertEquals(List.of("a.p.npy", "a.q.npy"), SpectraList.namesIn(list), "recognised after a run was killed");
        assertTrue(Files.readString(list).replaceAll("\\s", "").contains("\"spectra\":[]"), "no file exists yet");
        assertTrue(OwnFile.SPECTRA_LIST.fits(list));
        SpectraList.write(folder, environment, 1, List.of());
        assertFalse(Files.exists(list));
        Files.writeString(folder.resolve("a.p.npy"), "");
        SpectraList.announce(folder, environment, 1, List.of("a.p.npy", "a.q.npy"));
        SpectraList.write(folder, environment, 1, List.of());
        assertEquals(List.of("a.p.npy"), SpectraList.namesIn(list));
    }

    @Test
    void aForeignFileNeedsForce() throws IOException {
        for (String content : List.of(
                "x", "{}", "{\"schema\": 1, \"layers\": []}", "step,loss\n1,2\n", "layer,weights\n",
                "<!DOCTYPE html>\n",
                "layer  m x n\n", "\u0000\u0001", "{\"schema\":1,\"environment\":{},\"rows\":[]}")) {
            Path there = Files.writeString(folder.resolve("there"), content);
            requireWrong(score(folder.resolve("w"), there));
            assertDoesNotThrow(() -> Outputs.of(score(folder.resolve("w"), there, "--force")).check());
        }
        Path readOnly = Files.writeString(folder.resolve("read-only"), "layer,weights,tensor,");
        assertTrue(readOnly.toFile().setWritable(false));
        if (!Files.isWritable(readOnly)) {
            // The root user can write to any file.
            requireWrong(score(folder.resolve("w"), readOnly));
        }
        assertDoesNotThrow(() -> Outputs.of(score(folder.resolve("w"), readOnly, "--force")).check());
        Path empty = Files.writeString(folder.resolve("empty"), "");
        assertDoesNotThrow(() -> Outputs.of(score(folder.resolve("w"), empty)).check(), "an empty file, as created "
                + "by mktemp");
    }

    /** Writes a file. */
    private interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    private Path written(Body body) throws IOException {
        Path file = folder.resolve("written");
        try (OutputStream out = Files.newOutputStream(file)) {
            body.writeTo(out);
        }
        return file;
    }

    /** Each kind of file is recognised as its own command's, and as no other's. */
    @Test
    void aCommandRecognisesItsOwnFiles() throws IOException {
        Environment environment = Environment.current();
        requireKind(OwnFile.ROWS, written(out -> JsonReport.write(out, environment, 1, List.of())));
        requireKind(OwnFile.ROWS, written(out -> CsvReport.write(out, List.of())));
        requireKind(OwnFile.ROWS, written(out -> out.write(TableReport.scores(List.of(), 10_000).getBytes(
                StandardCharsets.UTF_8))));
        requireKind(OwnFile.ROWS, written(out -> out.write(TableReport.spectra(List.of(), 10_000).getBytes(
                StandardCharsets.UTF_8))));
        requireKind(OwnFile.SERIES,
                written(out -> SeriesFile.writeJson(out, environment, 1, Series.EMPTY, Alarms.NONE)));
        requireKind(OwnFile.SERIES, written(out -> SeriesFile.writeCsv(out, Series.EMPTY)));
        Path events = folder.resolve(SeriesEvents.FILE);
        SeriesEvents.write(events, Series.EMPTY);
        requireKind(OwnFile.EVENTS, events);
        SpectraList.write(folder, environment, 1, List.of(new SpectraList.Entry("a", "a", List.of("a.p.npy"))));
        requireKind(OwnFile.SPECTRA_LIST, folder.resolve(SpectraList.FILE));
        Path sample = folder.resolve("sample.safetensors");
        new SafetensorsWriter().metadata("generator", SampleCommand.GENERATOR).write(sample);
        requireKind(OwnFile.SAMPLE, sample);
        new SafetensorsWriter().metadata("format", "pt").write(sample);
        assertFalse(OwnFile.SAMPLE.fits(sample));
    }

    private static void requireKind(OwnFile kind, Path file) throws IOException {
        for (OwnFile other : OwnFile.values()) {
            if (other != OwnFile.ANY) {
                assertEquals(other == kind, other.fits(file), () -> other + ": " + file);
            }
        }
    }

    @Test
    void theIndexOfSpectraKeepsEarlierFiles() throws IOException {
        Environment environment = Environment.current();
        for (String name : List.of("a.p.npy", "b.p.npy", "c.p.npy")) {
            Files.writeString(folder.resolve(name), "");
        }
        SpectraList.write(folder, environment, 1, List.of(
                new SpectraList.Entry("a", "a.weight", List.of("a.p.npy")),
                new SpectraList.Entry("b", null, List.of("b.p.npy"))));
        SpectraList.write(folder, environment, 1, List.of(new SpectraList.Entry("c\u202e", "c", List.of("c.p.npy"))));
        Files.delete(folder.resolve("b.p.npy"));
        SpectraList.write(folder, environment, 1, List.of(new SpectraList.Entry("c", "c", List.of("c.p.npy"))));
        assertEquals(Set.of("a.p.npy", "c.p.npy"), Set.copyOf(SpectraList.namesIn(folder.resolve(SpectraList.FILE))));
    }
}
