package io.github.logalign.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a test's main in a JVM of its own: what the compilers inline depends on all that ran before. */
final class OwnJvm {

    /** It depends on when C2 looks, too: once in many JVMs it leaves a loop boxing, in the next one it does not. */
    private static final int JVMS = 3;

    private OwnJvm() {}

    /** Fails unless the main ends well and says what is expected, in one of a few JVMs. */
    static void mustSay(Class<?> main, String expected) throws IOException, InterruptedException {
        List<String> outputs = new ArrayList<>();
        while (outputs.size() < JVMS) {
            Process process = new ProcessBuilder(List.of(
                    ProcessHandle.current().info().command().orElseThrow(), "--add-modules", "jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED", "-D" + Simd.PROPERTY + "=" + Simd.bits(), "-cp",
                    System.getProperty("java.class.path"), main.getName()))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
            if (process.exitValue() == 0) {
                assertTrue(output.contains(expected), output);
                return;
            }
            outputs.add(output);
        }
        throw new AssertionError(String.join("\n", outputs));
    }
}
