package io.github.logalign.bench.results;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.Main;

/**
 * Runs JMH and keeps what it measured in this CPU's folder. Arguments: JMH's own, and {@code --avx2} to compute as on CPUs
 * with AVX2 and without AVX-512.
 */
public final class Jmh {

    private Jmh() {}

    /** In a process of its own, since flags and variables are those of a process; JMH's forks inherit them. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Conditions conditions = Conditions.of(arguments);
        Path measured = Files.createTempFile("jmh", ".json");
        int code;
        try {
            code = run(conditions, measured, Conditions.without(arguments));
            // Nothing is measured where JMH only lists or explains.
            if (code == 0 && Files.size(measured) > 0) {
                Path folder = Results.FOLDER.resolve(conditions.machine().folder());
                JmhFiles.keep(measured, folder);
                Summary.write();
                System.out.println(folder);
            }
        } finally {
            Files.delete(measured);
        }
        System.exit(code);
    }

    private static int run(Conditions conditions, Path measured, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(conditions.flags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("-rf", "json", "-rff", measured.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        conditions.applyTo(builder.environment());
        return builder.start().waitFor();
    }
}
