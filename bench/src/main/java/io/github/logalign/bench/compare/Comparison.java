package io.github.logalign.bench.compare;

import io.github.logalign.Environment;
import io.github.logalign.bench.results.Conditions;
import io.github.logalign.bench.results.Summary;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Compares this library with the yardstick in C, with numpy and with other libraries of the JVM: the same input files, each
 * contestant in a process of its own, all of them once a round so that changes in the machine's load affect all alike,
 * results compared.
 *
 * <p>Arguments: {@code --avx2} to compute as on CPUs with AVX2 and without AVX-512: Java, C and every OpenBLAS. Then words of
 * which a case's name must contain one, with or without the commas of its numbers; without any, all cases run. A word that no
 * name contains is an error.
 */
public final class Comparison {

    private static final Path FOLDER = Path.of(System.getProperty("java.io.tmpdir"), "logalign-comparison");

    private final Conditions conditions;

    private Comparison(Conditions conditions) {
        this.conditions = conditions;
    }

    /** Runs the cases and writes their files into the folder of this CPU in bench/results, and the summary. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> words = Conditions.without(arguments);
        List<Case> cases = Cases.all();
        for (String word : words) {
            if (cases.stream().noneMatch(each -> matches(each, word))) {
                System.err.println("no case contains \"" + word + "\"; there are: "
                        + cases.stream().map(each -> each.name).collect(Collectors.joining("; ")));
                System.exit(2);
            }
        }
        Files.createDirectories(FOLDER);
        Conditions conditions = Conditions.of(arguments);
        Comparison comparison = new Comparison(conditions);
        for (Case each : cases) {
            if (words.isEmpty() || words.stream().anyMatch(word -> matches(each, word))) {
                comparison.run(each);
                Path file = Summary.fileOf(conditions.machine(), each.name);
                CaseFile.write(file, each, conditions);
                Summary.write();
                System.out.println(file);
            }
        }
    }

    private void run(Case each) throws IOException, InterruptedException {
        List<Path> inputs = each.inputs(FOLDER);
        for (int round = 0; round < each.rounds; round++) {
            for (Measured row : each.rows) {
                run(each, inputs, row);
                System.err.printf("%s, round %d: %s %.3f s%n", each.name, round + 1, row.name(),
                        row.seconds.getLast());
            }
        }
        each.rows.forEach(row -> row.mustAgreeWith(each.rows.getFirst()));
    }

    private static boolean matches(Case each, String word) {
        return each.name.replace(",", "").contains(word.replace(",", ""));
    }

    private void run(Case each, List<Path> inputs, Measured row) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        boolean python = row.contestant.startsWith("numpy");
        if (python) {
            command.addAll(List.of("python3", "bench/numpy_round.py", row.contestant.substring("numpy ".length())));
        } else {
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx8g", "--add-modules",
                    "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
            for (String property : List.of("compare.smile", "compare.netlib")) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
            command.addAll(conditions.flags());
            command.addAll(nativeLibraries());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Round.class.getName(), row.contestant,
                    Integer.toString(row.threads)));
        }
        command.add(Integer.toString(row.repetitions));
        inputs.forEach(file -> command.add(file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(errors()));
        conditions.applyTo(builder.environment());
        for (String variable : List.of("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")) {
            builder.environment().put(variable, Integer.toString(row.threads));
        }
        // OpenBLAS by the name that Smile asks for, and the runtime libraries beside it.
        builder.environment().put("LD_LIBRARY_PATH", links() + ":" + blas().getParent());
        Process process = builder.start();
        try (BufferedReader out = process.inputReader()) {
            out.lines().forEach(row::take);
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(row.name() + " failed on " + each.name + ":\n"
                    + Files.readString(errors().toPath()));
        }
    }

    private static Path links() {
        return FOLDER.resolve("lib");
    }

    private static Path blas() {
        return Path.of(Objects.requireNonNull(Environment.current().blas()).path());
    }

    private static File errors() {
        return FOLDER.resolve("errors.txt").toFile();
    }

    /** The OpenBLAS that this library found, for the others too; by the names that they look for. */
    private static List<String> nativeLibraries() throws IOException {
        Path blas = blas();
        Path links = Files.createDirectories(links());
        for (String name : List.of("libopenblas.so", "liblapack.so", "libblas.so", "liblapacke.so", "libcblas.so")) {
            Path link = links.resolve(name);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, blas);
        }
        return List.of("-Dblas.native.path=" + links, "-Dlapack.native.path=" + links, "-Dsmile.linalg.backend=native",
                "-Ddev.ludovic.netlib.blas.nativeLibPath=" + blas, "-Ddev.ludovic.netlib.lapack.nativeLibPath=" + blas);
    }
}
