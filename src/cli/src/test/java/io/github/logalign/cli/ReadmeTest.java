package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.track.SeriesColumns;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    @TempDir
    Path folder;

    private static String java() throws IOException {
        List<String> lines = Readme.lines();
        int first = lines.indexOf("```java");
        assertTrue(first >= 0);
        List<String> rest = lines.subList(first + 1, lines.size());
        return String.join("\n", rest.subList(0, rest.indexOf("```")));
    }

    @Test
    void theJavaExampleCompiles() throws IOException {
        String source = """
                import io.github.logalign.*;
                import io.github.logalign.matrix.*;
                import io.github.logalign.tensor.*;
                import java.lang.foreign.Arena;
                import java.nio.file.Path;

                class Example {
                    void run(TokenMask mask, ActivationSums otherSums, Matrix x, Matrix z) throws Exception {
                %s
                    }
                }
                """.formatted(java());
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

    @Test
    void theVersionIsUpToDate() throws IOException {
        String version = Environment.libraryVersion();
        assertTrue(Readme.lines().contains("      <version>" + version + "</version>"), version);
    }

    @Test
    void everyOptionNamedExists() throws IOException {
        Set<String> known = new TreeSet<>(OTHERS);
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
        List<String> lines = Readme.lines();
        int start = lines.indexOf("| column | type | meaning |");
        assertTrue(start >= 0);
        List<Column<?, ?>> columns = new ArrayList<>(LayerColumns.ALL);
        Set<String> known = LayerColumns.ALL.stream().map(Column::name).collect(Collectors.toSet());
        SeriesColumns.ALL.stream().filter(column -> !known.contains(column.name())).forEach(columns::add);
        List<String> expected = columns.stream().map(ReadmeTest::tableLine).toList();
        List<String> shown = lines.subList(start + 2, lines.size()).stream().takeWhile(line -> line.startsWith("|"))
                .toList();
        assertEquals(String.join("\n", expected), String.join("\n", shown));
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
