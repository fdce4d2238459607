package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every example of the README with the packaged command, in a folder created by sample as the README describes.
 */
class ReadmeIT {

    @TempDir
    static Path folder;

    @BeforeAll
    static void sample() {
        assertEquals(0, new Command().in(folder).run("sample", ".").code());
    }

    private static List<String> run(String command) throws IOException, InterruptedException {
        Path out = folder.resolve("readme.out");
        Path err = folder.resolve("readme.err");
        ProcessBuilder builder = new ProcessBuilder("bash", "-o", "pipefail", "-c", command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().merge("PATH", "", (path, none) -> Command.path().getParent() + ":" + path);
        Process process = builder.start();
        process.waitFor();
        assertEquals(0, process.exitValue(), () -> command + ": " + read(err));
        return Files.readAllLines(out);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            return failed.toString();
        }
    }

    /** In the order of the README, since later examples use the files of earlier ones. */
    @TestFactory
    List<DynamicTest> everyExamplePrintsWhatIsShown() throws IOException {
        List<Readme.Example> examples = Readme.examples();
        assertTrue(examples.size() >= 7, examples::toString);
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(example.command(), () -> compare(example)))
                .toList();
    }

    /**
     * Text must be equal, and numbers must be equal up to rounding. The network of the last examples is trained on the
     * JDK's own sources, so only the form of its output is compared.
     */
    private static void compare(Readme.Example example) throws IOException, InterruptedException {
        List<String> printed = run(example.command());
        boolean exact = !example.command().contains("track") && !example.command().contains("compare");
        assertSameForm(example.output(), printed);
        for (int i = 0; exact && i < printed.size(); i++) {
            String shownLine = example.output().get(i);
            List<String> shown = Readme.numbers(shownLine);
            List<String> numbers = Readme.numbers(printed.get(i));
            for (int n = 0; n < shown.size(); n++) {
                assertTrue(Readme.agree(shown.get(n), numbers.get(n)), shownLine + "\n" + printed.get(i));
            }
        }
    }

    private static void assertSameForm(List<String> shown, List<String> printed) {
        assertEquals(
                shown.stream().map(Readme::withoutNumbers).toList(),
                printed.stream().map(Readme::withoutNumbers).toList(),
                () -> String.join("\n", printed));
    }

    @Test
    void theDemonstrationPrintsTheLinesShown() throws Exception {
        Path out = folder.resolve("demo");
        List<String> shown = Readme.blockFrom("A network learns").stream()
                .map(line -> line.replaceAll("/\\S*/logalign-demo-\\d+", out.toString()))
                .toList();
        List<String> printed = run("logalign demo --quiet --out " + out);
        assertSameForm(shown, printed);
        List<String> story = printed.stream().filter(line -> line.contains("   LAR ")).toList();
        assertEquals(4, story.size());
        List<String> shownStory = shown.stream().filter(line -> line.contains("   LAR ")).toList();
        for (int i = 0; i < story.size(); i++) {
            double was = lar(shownStory.get(i));
            assertEquals(was, lar(story.get(i)), 0.03, story.get(i));
        }
    }

    private static double lar(String line) {
        return Double.parseDouble(line.replaceFirst(".* LAR +", "").replaceFirst(" .*", ""));
    }
}
