package io.github.logalign.bench.compare;

import io.github.logalign.Environment;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares this library with the yardstick in C, with numpy and with other libraries of the JVM: the same input files, each
 * contestant in a process of its own, all of them once a round so that changes in the machine's load affect all alike,
 * results compared.
 *
 * <p>Arguments: words of which a case's name must contain one, with or without the commas of its numbers; without any, all cases
 * run. A word that no name contains is an error.
 */
public final class Comparison {

    private Comparison() {}

    /** Runs the cases and writes bench/results. */
    public static void main(String[] words) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "logalign-comparison"));
        List<Case> cases = Cases.all(folder);
        for (String word : words) {
            if (cases.stream().noneMatch(each -> matches(each, word))) {
                System.err.println("no case contains \"" + word + "\"; there are: "
                        + cases.stream().map(each -> each.name).collect(Collectors.joining("; ")));
                System.exit(2);
            }
        }
        List<Case> done = new ArrayList<>();
        for (Case each : cases) {
            if (words.length > 0 && Stream.of(words).noneMatch(word -> matches(each, word))) {
                continue;
            }
            for (int round = 0; round < each.rounds; round++) {
                for (Measured row : each.rows) {
                    run(each, row);
                    System.err.printf("%s, round %d: %s %.3f s%n", each.name, round + 1, row.name(),
                            row.seconds.getLast());
                }
            }
            each.rows.forEach(row -> row.mustAgreeWith(each.rows.getFirst()));
            done.add(each);
            Results.write(Path.of("bench/results"), done);
        }
        System.out.println("bench/results/comparison.md");
    }

    private static boolean matches(Case each, String word) {
        return each.name.replace(",", "").contains(word.replace(",", ""));
    }

    private static void run(Case each, Measured row) throws IOException, InterruptedException {
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
            command.addAll(nativeLibraries());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Round.class.getName(), row.contestant,
                    Integer.toString(row.threads)));
        }
        command.add(Integer.toString(row.repetitions));
        command.add(each.w.toString());
        if (each.x != null) {
            command.add(each.x.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(errors(each)));
        // Everyone's OpenBLAS chooses its kernels by itself.
        builder.environment().keySet().removeIf(variable -> variable.startsWith("OPENBLAS_"));
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
                    + Files.readString(errors(each).toPath()));
        }
    }

    private static Path links() {
        return Path.of(System.getProperty("java.io.tmpdir"), "logalign-comparison", "lib");
    }

    private static Path blas() {
        return Path.of(Objects.requireNonNull(Environment.current().blas()).path());
    }

    private static File errors(Case each) {
        return each.w.resolveSibling("errors.txt").toFile();
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
