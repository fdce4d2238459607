package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start of the command in unusual environments: variables, limits, streams, names, mounts, CPUs. */
class StartIT {

    private static final String SCORE = "\"$L\" score --weights model.safetensors --activations activations.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void sample() {
        assertEquals(0, new Command().in(folder).run("sample", ".").code());
    }

    /** Runs a shell command in the folder of the sample; $L is the launcher. */
    private Result shell(String line, String... environment) throws IOException, InterruptedException {
        Path out = folder.resolve("shell.out");
        Path err = folder.resolve("shell.err");
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("L", Command.path().toString());
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        Process process = builder.start();
        process.waitFor();
        String errors = Files.readString(err, StandardCharsets.ISO_8859_1);
        assertFalse(errors.contains("\tat ") || errors.contains("Exception"), errors);
        return new Result(process.exitValue(), Files.readString(out, StandardCharsets.ISO_8859_1), Command.lines(err));
    }

    private static void assertScored(Result result) {
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        assertEquals(List.of(), result.err());
        assertEquals(4, result.out().lines().count(), result.out());
        assertTrue(result.out().startsWith("layer"), result.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseParallelGC -Xmx512m", "-XX:NoSuchOption", "-javaagent:/none.jar"})
    void optionsForOtherJvmsDoNotReachThisOne(String options) throws Exception {
        assertScored(shell(SCORE, "JAVA_TOOL_OPTIONS", options, "JDK_JAVA_OPTIONS", options, "_JAVA_OPTIONS",
                options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:NoSuchOption", "-Xmx1", "-XX:+UseG1GC -XX:+UseZGC", "-Xlog:nonsense", "-Xfoo",
        "Xmx1g"})
    void anInvalidOptionInLogalignOptsIsReported(String options) throws Exception {
        Result result = shell(SCORE, "LOGALIGN_OPTS", options);
        assertEquals(2, result.code());
        assertEquals("", result.out());
        assertTrue(result.err().size() > 1, "Java's message comes first");
        assertTrue(result.err().getLast().contains("LOGALIGN_OPTS"), result.err()::toString);
    }

    @Test
    void anEmptyVariableCountsAsUnset() throws Exception {
        List<Path> before = files();
        assertScored(shell(SCORE, "LOGALIGN_CACHE", "", "LOGALIGN_BLAS", "", "LOGALIGN_SIMD", "", "LOGALIGN_OPTS", "",
                "XDG_CACHE_HOME", "", "TMPDIR", "", "OPENBLAS_CORETYPE", "", "COLUMNS", ""));
        assertEquals(before, files());
    }

    @Test
    void oddVariablesDoNoHarm() throws Exception {
        assertScored(shell(SCORE, "COLUMNS", "abc", "TMPDIR", "/no/such/folder", "HOME", "/no/such/home"));
        assertScored(shell("unset HOME; " + SCORE));
        assertScored(shell("env -i \"$L\"" + SCORE.substring(4)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !file.toString().contains("shell.")).sorted().toList();
        }
    }

    @Test
    void aReaderThatClosesThePipeIsNotAFailure() throws Exception {
        for (String command : List.of("generate-completion", "score --help", "doctor")) {
            // The reader ends before the first byte is written.
            Result result = shell("\"$L\" " + command + " | true; exit ${PIPESTATUS[0]}");
            assertTrue(result.code() == 0 || result.code() == 141, result::toString);
            assertEquals(List.of(), result.err());
        }
    }

    @Test
    void outputToAClosedStreamIsAnError() throws Exception {
        for (String where : List.of(">&-", ">/dev/full")) {
            for (String command : List.of(SCORE + " --quiet", "\"$L\" --help", "\"$L\" doctor")) {
                Result result = shell(command + " " + where);
                assertEquals(1, result.code(), command + where);
                assertEquals(1, result.err().size(), result.err()::toString);
                assertTrue(result.err().getFirst().startsWith("logalign: the result cannot be written"),
                        result.err()::toString);
            }
        }
        assertScored(shell(SCORE + " <&-"));
        assertScored(shell(SCORE + " 2>&-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-n 13", "-n 15", "-v 1000000", "-d 100000"})
    void aLimitThatIsTooLowGivesOneLine(String limit) throws Exception {
        List<Path> before = files();
        Result result = shell("ulimit " + limit + "; " + SCORE);
        assertEquals(1, result.code(), result::toString);
        assertEquals("", result.out());
        assertEquals(1, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().startsWith("logalign: the limit of "), result.err()::toString);
        assertTrue(result.err().getFirst().contains("ulimit " + limit.substring(0, 2)), result.err()::toString);
        assertEquals(before, files(), "no report of a crash");
    }

    /**
     * By default the JVM reserves several GB of address space. Its message about a lack of address space must not mix
     * with the result.
     */
    @Test
    void aSmallAddressSpaceSuffices() throws Exception {
        List<Path> before = files();
        Result result = shell("ulimit -v 3000000; " + SCORE + " --threads 1");
        assertFalse(result.out().startsWith("#"), result.out());
        assertEquals(before, files(), "no report of a crash");
    }

    /** The launcher tests options beforehand. A log would then be started twice and the first one renamed. */
    @Test
    void optionsThatWriteFilesAreUsedOnce() throws Exception {
        assertScored(shell(SCORE, "LOGALIGN_OPTS", "-Xmx512m -Xlog:gc:file=gc.log -Xlog:safepoint:safepoint.log"));
        assertEquals(List.of("gc.log", "safepoint.log"),
                files().stream().map(file -> folder.relativize(file).toString()).filter(name -> name.contains(".log"))
                        .sorted().toList());
    }

    @Test
    void optionsAreTestedOnlyIfThereAreAny() throws Exception {
        String traced = "sh -x " + SCORE;
        assertEquals(0, tries(shell(traced)));
        assertEquals(1, tries(shell(traced, "LOGALIGN_OPTS", "-Xmx512m")));
    }

    private static long tries(Result traced) {
        assertEquals(0, traced.code(), () -> String.join("\n", traced.err()));
        return traced.err().stream().filter(line -> line.matches("\\++ .*/java .*-version")).count();
    }

    @Test
    void optionsAreNotExpandedAsFileNamePatterns() throws Exception {
        Files.createFile(folder.resolve("-XX:NoSuchOption"));
        Result result = shell(SCORE, "LOGALIGN_OPTS", "-XX:NoSuch*");
        assertEquals(2, result.code());
        assertTrue(result.err().stream().anyMatch(line -> line.contains("NoSuch*")), result.err()::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xlog:gc", "-Xlog:gc:", "-Xlog:gc::uptime", "-Xlog:gc*=debug"})
    void logsGoToStandardError(String options) throws Exception {
        Result result = shell(SCORE, "LOGALIGN_OPTS", options);
        assertEquals(0, result.code());
        assertTrue(result.out().startsWith("layer"), result.out());
        assertFalse(result.err().isEmpty());
    }

    /** The limit does not apply to root, so the command runs as nobody. */
    @Test
    void aLimitOnProcessesGivesNoStackTrace() throws Exception {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        String asNobody = "chmod -R a+rwX . && setpriv --reuid=65534 --regid=65534 --clear-groups";
        Result works = shell(asNobody + " " + SCORE, "LOGALIGN_CACHE", cache.toString());
        Needs.that(works.code() == 0, "root, who may become nobody");
        for (int limit = 8; limit < 24; limit += 2) {
            Result result = shell(
                    asNobody + " bash -c 'ulimit -u " + limit + "; " + SCORE.replace("\"$L\"", "exec \"$L\"")
                            + " --quiet'",
                    "LOGALIGN_CACHE", cache.toString());
            if (result.code() != 0) {
                assertEquals(1, result.code(), result::toString);
                assertFalse(result.err().isEmpty());
                assertTrue(result.err().stream().allMatch(line -> line.startsWith("logalign: ")),
                        result.err()::toString);
            }
        }
    }

    @Test
    void anArgumentInvalidInTheLocaleIsRefused() throws Exception {
        shell("mv model.safetensors $'mod\\xe9le.safetensors'");
        Result result = shell(SCORE.replace("model", "$'mod\\xe9le'"));
        assertEquals(2, result.code());
        assertEquals(1, result.err().size());
        assertTrue(result.err().getFirst().contains("is not valid in this locale's encoding"), result.err()::toString);
        shell("mv $'mod\\xe9le.safetensors' 'modèle\uFFFD.safetensors'");
        assertScored(shell(SCORE.replace("model.safetensors", "'modèle\uFFFD.safetensors'")));
    }

    @Test
    void aFolderWithAnInvalidNameWorks() throws Exception {
        Result result = shell("mkdir $'d\\xe9' && mv *.safetensors $'d\\xe9' && cd $'d\\xe9' && " + SCORE
                + " --out out.json && " + SCORE + " --out out.json --quiet && test -s out.json");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
    }

    @Test
    void aCoreTypeOfAnotherCpuIsRefused() throws Exception {
        int refused = 0;
        for (String core : List.of("Prescott", "Core2", "Penryn", "Nehalem", "Atom", "Sandybridge", "Bulldozer",
                "Piledriver", "Steamroller", "Excavator", "Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids",
                "no-such-core")) {
            Result result = shell(SCORE + " --quiet --products blas", "OPENBLAS_CORETYPE", core);
            if (result.code() == 0) {
                assertScored(result);
                continue;
            }
            refused++;
            assertEquals(1, result.code(), core + ": " + result);
            assertEquals(1, result.err().size(), result.err()::toString);
            assertTrue(result.err().getFirst().contains("OPENBLAS_CORETYPE=" + core), result.err()::toString);
            Result doctor = shell("\"$L\" doctor", "OPENBLAS_CORETYPE", core);
            assertEquals(1, doctor.code());
            assertTrue(doctor.out().contains("OPENBLAS_CORETYPE=" + core), doctor.out());
        }
        assertTrue(refused < 16, "OpenBLAS has code for every CPU");
    }

    @Test
    void aNoexecMountIsReportedWithTheRemedy() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("mount"));
        Needs.that(shell("mount -t tmpfs -o noexec tmpfs mount").code() == 0, "root, who may mount");
        try {
            Result elsewhere = shell(SCORE, "LOGALIGN_CACHE", mount.toString());
            assertScored(elsewhere);
            Result result = shell(
                    SCORE, "LOGALIGN_CACHE", mount.resolve("cache").toString(), "TMPDIR", mount.toString());
            // If the system has an OpenBLAS, it is used, and doctor reports why the bundled one was not.
            String message = result.code() == 0
                    ? shell("\"$L\" doctor", "LOGALIGN_CACHE", mount.toString(), "TMPDIR", mount.toString()).out()
                    : String.join("\n", result.err());
            assertTrue(message.contains("mounted noexec"), message);
            assertTrue(result.code() == 0 || message.contains("by LOGALIGN_CACHE"), message);
        } finally {
            shell("umount mount");
        }
    }
}
