package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.BlasException;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Simd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What computes here: versions, the SIMD width and why, the BLAS that was found.
 *
 * @param version of this library
 * @param java the version and vendor of the JVM
 * @param os name, version and architecture
 * @param cpu the processor's name, if the system reports it
 * @param simdBits the vector width of the kernels, 0 for scalar
 * @param simdReason why that width
 * @param products which matrix products run on the kernels once the JVM has compiled them, and which are left to BLAS
 * @param memory how much native memory is held now
 * @param blas the library that was loaded and the places tried, or null
 * @param blasError the reason why none was found, or null
 */
public record Environment(
        String version,
        String java,
        String os,
        String cpu,
        int simdBits,
        String simdReason,
        String products,
        NativeMemoryUse memory,
        @Nullable BlasLibrary blas,
        @Nullable String blasError) {

    /**
     * Looks, and loads the BLAS if that has not happened yet.
     *
     * @return the environment; a missing BLAS library is not an error here
     * @throws IllegalArgumentException if a SIMD width is forced that cannot run here
     */
    public static Environment current() {
        return Boundary.call(Environment::look);
    }

    private static Environment look() {
        BlasLibrary blas = null;
        String blasError = null;
        try {
            blas = BlasLibrary.of(Blas.get().info());
        } catch (BlasException none) {
            blasError = none.getMessage();
        }
        return new Environment(
                libraryVersion(),
                System.getProperty("java.vm.version") + " " + System.getProperty("java.vendor"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpuName(),
                Simd.bits(),
                Simd.reason(),
                Simd.products(),
                new NativeMemoryUse(NativeBuffer.liveBytes(), NativeBuffer.keptBytes()),
                blas,
                blasError);
    }

    /**
     * The version of this library.
     *
     * @return such as 0.1.0
     */
    public static String libraryVersion() {
        try (InputStream in = Environment.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    /** With family and model, since virtual machines often tell a name that fits many CPUs. */
    private static String cpuName() {
        String architecture = System.getProperty("os.arch");
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return architecture;
        }
        Map<String, String> first = new HashMap<>();
        try (Stream<String> lines = Files.lines(info, StandardCharsets.ISO_8859_1)) {
            lines.map(line -> line.split(":", 2))
                    .takeWhile(field -> field.length == 2)
                    .forEach(field -> first.put(field[0].strip(), field[1].strip()));
        } catch (IOException unreadable) {
            return architecture;
        }
        String name = first.getOrDefault("model name", architecture);
        String family = first.get("cpu family");
        String model = first.get("model");
        return family == null || model == null ? name : name + " (family " + family + ", model " + model + ")";
    }
}
