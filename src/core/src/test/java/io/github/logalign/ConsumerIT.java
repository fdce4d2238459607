package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.testing.Arrows;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program that has the library's jar and the natives and nothing else, compiled and run by the JDK: on the class path and
 * as a module, where native access needs permission.
 */
class ConsumerIT {

    private static final Path SOURCES = Path.of("src", "it", "consumer");

    private static final String RESULT = "overlap 0.800000000000, LAR 0.839035952556";
    private static final String REFUSED = "refused: the JVM refuses native access (--illegal-native-access=deny); start java"
            + " with --enable-native-access=";

    private static final String PERMITTED_TO_ALL = "--enable-native-access=ALL-UNNAMED";
    private static final String PERMITTED = "--enable-native-access=" + Arrows.ROOT;

    @TempDir
    static Path folder;

    /** The library's jar and the natives, side by side. */
    private static Path both;

    /** The library's jar alone. */
    private static Path library;

    private static Path natives;
    private static Path classes;
    private static Path module;

    @BeforeAll
    static void compile() throws IOException {
        Path jar = Path
                .of(Objects.requireNonNull(System.getProperty("logalign.jar"), "logalign.jar names the library"));
        both = Files.createDirectory(folder.resolve("both"));
        library = Files.copy(jar, Files.createDirectory(folder.resolve("alone")).resolve(jar.getFileName()));
        Files.copy(jar, both.resolve(jar.getFileName()));
        natives = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(entry -> entry.getFileName().toString().startsWith("openblas-"))
                .findFirst()
                .orElseThrow();
        Files.copy(natives, both.resolve(natives.getFileName()));

        String program = SOURCES.resolve("consumer", "Main.java").toString();
        classes = folder.resolve("classes");
        javac("-cp", library.toString(), "-d", classes.toString(), program);
        module = folder.resolve("module");
        javac("-p", both.toString(), "-d", module.toString(), SOURCES.resolve("module-info.java").toString(), program);
    }

    /** The pom that the documentation offers has the versions of this build, and a profile for each system. */
    @Test
    void theDocumentedPomIsUpToDate() throws IOException {
        String pom = Files.readString(Path.of("..", "..", "docs", "consumer", "pom.xml"));
        for (String artifact : List.of("logalign", "openblas")) {
            String version = pom.replaceFirst("(?s).*<" + artifact + "\\.version>([^<]*)<.*", "$1");
            Path jar = artifact.equals("logalign") ? library : natives;
            assertTrue(jar.getFileName().toString().startsWith(artifact + "-" + version), jar + " is not " + version);
        }
        for (String system : List.of("linux-x86_64", "linux-arm64", "macosx-arm64", "macosx-x86_64",
                "windows-x86_64")) {
            assertTrue(pom.contains("<natives>" + system + "</natives>"), system);
        }
    }

    private static void javac(String... arguments) {
        List<String> line = new ArrayList<>(List.of("-Xlint:all,-incubating", "-Werror"));
        line.addAll(List.of(arguments));
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        assertEquals(0, javac.run(System.out, System.err, line.toArray(String[]::new)));
    }

    /** What the program says when it is started with these arguments, without native access unless they permit it. */
    private static List<String> java(Stream<String> arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(ProcessHandle.current().info().command().orElseThrow());
        line.add("--illegal-native-access=deny");
        arguments.forEach(line::add);
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().filter(said -> !said.startsWith("WARNING: Using incubator modules")).toList();
    }

    private static List<String> onClassPath(List<Path> path, String... flags) throws IOException, InterruptedException {
        return java(Stream.concat(
                Stream.of(flags), Stream.of("-cp", join(path) + File.pathSeparator + classes, "consumer.Main")));
    }

    private static List<String> onModulePath(List<Path> path, String... flags)
            throws IOException, InterruptedException {
        return java(Stream.concat(
                Stream.of(flags),
                Stream.of("-p", join(path) + File.pathSeparator + module, "-m", "consumer/consumer.Main")));
    }

    private static String join(List<Path> path) {
        return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static void assertComputes(String module, String vectors, List<String> said) {
        assertEquals("module " + module, said.getFirst(), said::toString);
        assertEquals(RESULT, said.get(1), said::toString);
        assertEquals("method SVD", said.get(2), said::toString);
        assertTrue(said.get(3).contains(vectors), said::toString);
        assertTrue(said.get(4).contains("origin=BUNDLED"), said::toString);
    }

    @Test
    void theModuleExportsTheApiAndNothingElse() {
        ModuleDescriptor descriptor = ModuleFinder.of(library).find(Arrows.ROOT).orElseThrow().descriptor();
        assertEquals(
                Set.of(Arrows.names("", "batch", "matrix", "probe", "tensor", "score", "track")),
                descriptor.exports().stream().map(Exports::source).collect(Collectors.toSet()));
        assertTrue(descriptor.exports().stream().noneMatch(Exports::isQualified));
        assertEquals(
                Set.of("java.base", "jdk.jfr"),
                descriptor.requires().stream()
                        .filter(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name)
                        .collect(Collectors.toSet()));
    }

    @Test
    void vectorsAndOpenBlasComputeOnTheClassPath() throws Exception {
        assertComputes("null", "forced by logalign.simd=widest", onClassPath(
                List.of(library, natives), PERMITTED_TO_ALL, "--add-modules", "jdk.incubator.vector",
                "-Dlogalign.simd=widest"));
    }

    @Test
    void vectorsAndOpenBlasComputeOnTheModulePath() throws Exception {
        assertComputes(Arrows.ROOT, "forced by logalign.simd=widest", onModulePath(
                List.of(Path.of("no such folder"), both), PERMITTED, "--add-modules", "jdk.incubator.vector",
                "-Dlogalign.simd=widest"));
    }

    @Test
    void withoutTheModuleOfTheVectorsScalarLoopsCompute() throws Exception {
        String scalar = "vectors of 0 bits: scalar: the module jdk.incubator.vector is not there";
        assertComputes("null", scalar, onClassPath(List.of(library, natives), PERMITTED_TO_ALL));
        assertComputes(Arrows.ROOT, scalar, onModulePath(List.of(library, natives), PERMITTED));
    }

    @Test
    void theModuleFindsTheNativesBesideItsJarAndOnTheClassPath() throws Exception {
        assertComputes(Arrows.ROOT, "scalar", onModulePath(List.of(both.resolve(library.getFileName())), PERMITTED));
        assertComputes(
                Arrows.ROOT, "scalar", onModulePath(List.of(library), PERMITTED, "-cp", natives.toString()));
    }

    /** As in a Spring Boot jar: the library and the natives are jars within a jar, which only a class loader can read. */
    @Test
    void jarsWithinAJarAreFound() throws Exception {
        Path launcher = folder.resolve("launcher");
        javac("-d", launcher.toString(), Path.of("src", "it", "nested", "nested", "Launcher.java").toString());
        Path service = folder.resolve("service.jar");
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(service))) {
            for (Path inner : List.of(library, natives)) {
                jar.putNextEntry(new ZipEntry("BOOT-INF/lib/" + inner.getFileName()));
                Files.copy(inner, jar);
            }
            jar.putNextEntry(new ZipEntry("BOOT-INF/classes/consumer/Main.class"));
            Files.copy(classes.resolve("consumer").resolve("Main.class"), jar);
        }
        assertComputes("null", "forced by logalign.simd=widest", java(Stream.of(
                PERMITTED_TO_ALL, "--add-modules", "jdk.incubator.vector", "-Dlogalign.simd=widest", "-cp",
                launcher.toString(), "nested.Launcher", service.toString(), "consumer.Main")));
    }

    @Test
    void withoutNativesEveryPlaceIsNamed() throws Exception {
        String none = "no jar with this classifier is on ";
        List<String> classPath = onClassPath(List.of(library), PERMITTED_TO_ALL);
        assertTrue(classPath.getLast().contains(none + "the class path"), classPath::toString);
        List<String> modulePath = onModulePath(List.of(library), PERMITTED);
        assertTrue(modulePath.getLast().contains(none + "the module path or the class path"), modulePath::toString);
    }

    @Test
    void whereNativeAccessIsRefusedTheFlagIsNamed() throws Exception {
        List<String> classPath = onClassPath(List.of(library, natives));
        assertEquals(REFUSED + "ALL-UNNAMED", classPath.get(1), classPath::toString);
        List<String> modulePath = onModulePath(List.of(both));
        assertEquals(REFUSED + Arrows.ROOT, modulePath.get(1), modulePath::toString);
    }
}
