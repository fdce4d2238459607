package io.github.logalign.internal.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A JVM of its own for a test's main: what the compilers inline depends on all that ran before.
 *
 * @param name what is special about it
 * @param flags for the JVM, beside those that any needs
 */
public record OwnJvm(String name, List<String> flags) {

    /** The widths that there are. */
    private static final int[] WIDTHS = {128, 256, 512};

    /** One for each width that this CPU computes natively, and those of the older CPUs that it can be made to look like. */
    public static Stream<OwnJvm> ofEveryNativeWidth() {
        List<OwnJvm> jvms = new ArrayList<>();
        for (int width : nativeWidths(VectorWidth.widest())) {
            jvms.add(new OwnJvm("this CPU", List.of()).atWidth(width));
        }
        for (Cpu older : Cpu.olderThanThis()) {
            for (int width : nativeWidths(older.widest())) {
                jvms.add(new OwnJvm(older.name(), List.of(older.flag())).atWidth(width));
            }
        }
        return jvms.stream();
    }

    private static int[] nativeWidths(int widest) {
        return IntStream.of(WIDTHS).filter(width -> width <= widest).toArray();
    }

    /** A CPU with less vectors than this one, as the JVM sees it with a flag. */
    private record Cpu(String name, String flag, int widest) {

        static List<Cpu> olderThanThis() {
            List<Cpu> older = new ArrayList<>();
            if (List.of("amd64", "x86_64").contains(System.getProperty("os.arch"))) {
                int avx = Integer.parseInt(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .getVMOption("UseAVX")
                        .getValue());
                // Level 0 is without FMA, which no loop is fast without: the scalar twins go on there.
                for (int level = 2; level >= 1; level--) {
                    if (level < avx) {
                        older.add(new Cpu("AVX level " + level, "-XX:UseAVX=" + level, level == 2 ? 256 : 128));
                    }
                }
            }
            return older;
        }
    }

    OwnJvm atWidth(int bits) {
        return new OwnJvm(name + ", " + bits + " bits", flags).with("-D" + Simd.PROPERTY + "=" + bits);
    }

    public OwnJvm with(String... more) {
        return new OwnJvm(name, Stream.concat(flags.stream(), Stream.of(more)).toList());
    }

    /** Fails unless the main ends well and says what is expected. */
    public void mustSay(Class<?> main, String expected) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains(expected), output);
    }

    @Override
    public String toString() {
        return name;
    }
}
