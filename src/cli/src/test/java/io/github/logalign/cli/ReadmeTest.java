package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.score.Column;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Checks the statements of the README that do not need the command. */
class ReadmeTest {

    /** Options of the JVM and of other programs. */
    private static final Set<String> OTHERS = Set.of("--add-modules", "--enable-native-access");

    /** Options of every command, which the command line adds. */
    private static final Set<String> OF_ALL = Set.of("--help");

    @TempDir
    Path folder;

    /** The blocks of a language, in their order. */
    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        List<String> lines = Readme.lines();
        for (int at = 0; at < lines.size(); at++) {
            if (lines.get(at).equals("```" + language)) {
                List<String> rest = lines.subList(at + 1, lines.size());
                blocks.add(String.join("\n", rest.subList(0, rest.indexOf("```"))));
            }
        }
        return blocks;
    }

    private void compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Example.java"),
                JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        boolean compiled = compiler.getTask(
                messages, null, null,
                List.of("-proc:none", "-d", folder.toString(), "-classpath", System.getProperty("java.class.path")),
                null,
                List.of(file)).call();
        assertTrue(compiled, messages::toString);
    }

    /** The example is a whole program, and its numbers are those of the command's example. */
    @Test
    void theJavaExampleRuns() throws IOException, InterruptedException {
        compile(blocks("java").getFirst());
        assertEquals(0, InProcess.run("sample", folder.toString()).code());
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules",
                "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-classpath",
                folder + File.pathSeparator + System.getProperty("java.class.path"), "Example")
                .directory(folder.toFile()).redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile()).start();
        assertEquals(0, process.waitFor(), () -> folder.resolve("err").toString());
        List<Double> printed = Files.readAllLines(out).stream().map(Double::valueOf).toList();
        assertEquals(3, printed.size(), printed::toString);
        assertEquals(0.896330, printed.getFirst(), 1e-6);
    }

    @Test
    void theExampleOfAProbeCompiles() throws IOException {
        compile("""
                import io.github.logalign.AlignmentSums;
                import io.github.logalign.matrix.*;
                import io.github.logalign.probe.*;

                class Example {
                    void run(Matrix weight, Matrix x, Matrix z, TokenMask mask) {
                %s
                    }
                }
                """.formatted(blocks("java").getLast()));
    }

    /** What docs/activations.md says more about, and a test there runs. */
    @Test
    void thePythonIsThatOfTheDocs() throws IOException {
        String docs = Files.readString(Path.of("..", "..", "docs", "activations.md"));
        List<String> python = blocks("python");
        assertEquals(1, python.size());
        assertTrue(docs.contains("\n" + python.getFirst() + "\n"), python::getFirst);
    }

    private static List<String> table(String header) throws IOException {
        List<String> lines = Readme.lines();
        int start = lines.indexOf(header);
        assertTrue(start >= 0, header);
        return lines.subList(start + 2, lines.size()).stream().takeWhile(line -> line.startsWith("|")).toList();
    }

    private static List<String> rows(List<Term> terms) {
        return terms.stream().map(term -> "| " + term.name() + " | " + term.meaning() + " |").toList();
    }

    /** What {@code help columns} prints. */
    @Test
    void theTermsAreThoseOfTheHelp() throws IOException {
        assertEquals(rows(Term.WORDS), table("| term | meaning |"));
        assertEquals(rows(Term.ALARMS), table("| alarm | meaning |"));
    }

    @Test
    void theVersionIsUpToDate() throws IOException {
        String version = Environment.libraryVersion();
        assertTrue(Readme.lines().contains("      <version>" + version + "</version>"), version);
    }

    @Test
    void everyOptionNamedExists() throws IOException {
        Set<String> known = new TreeSet<>(OTHERS);
        known.addAll(OF_ALL);
        for (CommandLine command : Main.allCommands()) {
            known.addAll(command.getCommandSpec().optionsMap().keySet());
            command.getSubcommands().values().forEach(sub -> known.addAll(sub.getCommandSpec().optionsMap().keySet()));
        }
        List<String> unknown = new ArrayList<>();
        for (String line : Readme.lines()) {
            Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*").matcher(line).results()
                    .map(match -> match.group())
                    .filter(option -> !known.contains(option))
                    .forEach(unknown::add);
        }
        assertEquals(List.of(), unknown);
    }

    @Test
    void theTableOfColumnsIsThatOfTheSchema() throws IOException {
        List<String> expected = HelpCommand.columns().stream().map(ReadmeTest::tableLine).toList();
        assertEquals(String.join("\n", expected), String.join("\n", table("| column | type | meaning |")));
    }

    /** Tables, addresses and examples may be longer. */
    @Test
    void linesAreNotTooLong() throws IOException {
        assertEquals(List.of(), Readme.lines().stream()
                .filter(line -> line.length() > 140 && !line.startsWith("|") && !line.startsWith("    "))
                .toList());
    }

    private static String tableLine(Column<?, ?> column) {
        String meaning = column.description().replace("|", "\\|");
        return "| " + column.name() + " | " + ColumnsHelp.kind(column) + " | " + meaning + " |";
    }

    @ParameterizedTest
    @CsvSource({"1.00,1.01", "0.00e+00,2.22e-16", "512,512", "0.42218921038811885,0.42218921038811890", "-0.5,-0.5"})
    void roundingDifferencesAreAccepted(String shown, String printed) {
        assertTrue(Readme.agree(shown, printed));
    }

    @ParameterizedTest
    @CsvSource({"1.00,1.02", "512,513", "0.42218921038811885,0.42218921039", "2.37,2.40", "4.222e-01,4.224e-01"})
    void otherDifferencesAreFound(String shown, String printed) {
        assertFalse(Readme.agree(shown, printed));
    }

    @Test
    void numbersAreDistinguishedFromText() {
        assertEquals("mlp.up # x # svd ok", Readme.withoutNumbers("mlp.up   256 x 64     svd  ok"));
        assertEquals(List.of("-0.03861", "+0.131519", "4.222e-01", "64"),
                Readme.numbers("-0.03861  +0.131519 4.222e-01 F32 [64]"));
    }
}
