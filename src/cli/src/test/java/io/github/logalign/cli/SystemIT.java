package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.testing.Limits;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command in its environment: links, folders, locales, caches, signals, other libraries. */
class SystemIT {

    @TempDir
    Path folder;

    private Path sample(String name) {
        Path sample = folder.resolve(name);
        assertEquals(0, new Command().run("sample", sample.toString()).code());
        return sample;
    }

    private static String[] score(Path sample, String... more) {
        return Stream.concat(
                Stream.of(
                        "score", "--weights", sample.resolve("model.safetensors").toString(), "--activations",
                        sample.resolve("activations.safetensors").toString()),
                Stream.of(more))
                .toArray(String[]::new);
    }

    @Test
    void startsThroughALinkFromAnyFolderInAnyLocale() throws IOException {
        Path sample = sample("ünï cödé");
        Path link = Files.createSymbolicLink(folder.resolve("lal"), Command.path());
        Path relative = Files.createSymbolicLink(folder.resolve("lal2"), Path.of("lal"));
        for (Path executable : List.of(link, relative)) {
            for (String locale : List.of("", "C", "POSIX", "en_US.UTF-8", "C.UTF-8")) {
                Result result = new Command()
                        .by(executable)
                        .in(folder)
                        .with("LANG", "")
                        .with("LC_ALL", locale)
                        .run(score(sample, "--quiet"));
                assertEquals(0, result.code(), () -> locale + ": " + String.join("\n", result.err()));
                assertEquals(4, result.out().lines().count());
                assertEquals(List.of(), result.err());
            }
        }
    }

    @Test
    void tenProcessesAtOnceShareOneCache() throws Exception {
        Path sample = sample("sample");
        Path cache = folder.resolve("cache");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            processes.add(new Command()
                    .with("LOGALIGN_CACHE", cache.toString())
                    .start(folder.resolve("out" + i), folder.resolve("err" + i), score(sample, "--quiet")));
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(0, processes.get(i).waitFor(), Files.readString(folder.resolve("err" + i)));
            assertEquals(Files.readString(folder.resolve("out0")), Files.readString(folder.resolve("out" + i)));
        }
        try (Stream<Path> files = Files.walk(cache)) {
            assertEquals(4, files.filter(Files::isRegularFile).count(), "four libraries and no temporary files");
        }
    }

    /**
     * Class loading dominates the start-up time. The JVM cannot archive picocli's classes, whose format is that of Java 5,
     * nor the one class here that implements an interface of picocli. All others must come from the archive.
     */
    @Test
    void classesOfARunComeFromTheArchive() throws IOException {
        Path sample = sample("sample");
        Path log = folder.resolve("classes");
        Result result = new Command()
                .with("LOGALIGN_OPTS", "-Xlog:class+load:file=" + log)
                .run(score(sample, "--quiet", "--format", "json"));
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        List<String> lines = Files.readAllLines(log);
        assertTrue(lines.stream().anyMatch(line -> line.contains("cli.Main source: shared objects file")));
        assertEquals(List.of(), lines.stream()
                .filter(line -> line.contains("source: file:"))
                .filter(line -> !line.contains("/picocli-") && !line.contains("cli.Main$Version "))
                .toList());
    }

    @Test
    void aReadOnlyCacheIsAccepted() throws IOException {
        Path cache = Files.createFile(folder.resolve("a-file-is-no-folder"));
        Result result = new Command().with("LOGALIGN_CACHE", cache.toString()).run("doctor");
        assertEquals(0, result.code(), result.out());
        assertTrue(result.out().contains("origin    bundled"), result.out());
    }

    @Test
    void anotherLibraryGivesTheSameResults() {
        String debian = Needs.debianBlas().toString();
        Path sample = sample("sample");
        Result bundled = new Command().run(score(sample, "--format", "json"));
        Result other = new Command().with("LOGALIGN_BLAS", debian).run(score(sample, "--format", "json"));
        assertEquals(0, other.code(), () -> String.join("\n", other.err()));
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    Json.number(Json.layers(bundled.out()).get(i), "lar"),
                    Json.number(Json.layers(other.out()).get(i), "lar"),
                    1e-13);
        }
        Result doctor = new Command().with("LOGALIGN_BLAS", debian).run("doctor");
        assertEquals(0, doctor.code(), doctor.out());
        assertTrue(doctor.out().contains("origin    named"), doctor.out());
        assertTrue(doctor.out().contains("threads   1"), doctor.out());
    }

    @Test
    void doctorReportsTheLibraryInUse() {
        Result result = new Command().with("LOGALIGN_SIMD", "0").run("doctor");
        assertEquals(0, result.code(), result.out());
        assertTrue(result.out().contains("0 bits: forced by LOGALIGN_SIMD=0"), result.out());
        assertTrue(result.out().contains("small SVD   right"), result.out());
        Result none = new Command().with("LOGALIGN_BLAS", "/none.so").run("doctor");
        assertEquals(1, none.code());
        assertTrue(none.out().contains("/none.so (no such file)"), none.out());
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void anInterruptLeavesNoPartialFiles() throws Exception {
        Needs.proc();
        Path weights = folder.resolve("w.npy");
        // A sparse file, all zeros except one element, large enough to keep the command busy.
        HugeFiles.npy(weights, "<f4", 400_000, 768, 4);
        Path activations = folder.resolve("x.npy");
        HugeFiles.npy(activations, "<f4", 64, 768, 4);
        Path out = folder.resolve("result.json");
        Process process = new Command().start(
                folder.resolve("out"), folder.resolve("err"), "score", "--weights", weights.toString(), "--activations",
                activations.toString(), "--out", out.toString(), "--spectra", folder.resolve("spectra").toString());
        // The command is computing once the weights are memory-mapped.
        Path maps = Path.of("/proc/" + process.pid() + "/maps");
        Limits.awaitThat(() -> contains(maps, "w.npy"));
        process.destroy();
        assertNotEquals(0, process.waitFor());
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
            assertEquals(List.of("err", "out", "w.npy", "x.npy"), names);
        }
    }
}
