package io.github.logalign.internal.blas;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The code that OpenBLAS was told to run by {@code OPENBLAS_CORETYPE}. It believes the variable, and code for another CPU
 * ends the process with an illegal instruction.
 */
final class CoreType {

    static final String VARIABLE = "OPENBLAS_CORETYPE";

    private static final List<String> AVX512 = List.of(
            "avx2", "fma", "avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl");

    /**
     * What the code of a core needs of a CPU, by the names in /proc/cpuinfo. Older cores are not in it, since every CPU of
     * 64 bits that can run this JVM runs their code; the bf16 and AMX instructions of the newest are for products that are
     * not used here.
     */
    private static final Map<String, List<String>> NEEDED = Map.of(
            "sandybridge", List.of("avx"),
            "bulldozer", List.of("avx", "fma4"),
            "piledriver", List.of("avx", "fma4"),
            "steamroller", List.of("avx", "fma4"),
            "excavator", List.of("avx", "fma4"),
            "haswell", List.of("avx2", "fma"),
            "zen", List.of("avx2", "fma"),
            "skylakex", AVX512,
            "cooperlake", AVX512,
            "sapphirerapids", AVX512);

    private CoreType() {}

    /**
     * Why a library must not compute here.
     *
     * @param wanted what the variable says, or null
     * @param core whose code the library is going to run, by its own word, or null
     * @return one line, or null if nothing is known against it
     */
    static @Nullable String problem(@Nullable String wanted, @Nullable String core) {
        return problem(wanted, core, features(Path.of("/proc/cpuinfo")));
    }

    static @Nullable String problem(@Nullable String wanted, @Nullable String core, Set<String> features) {
        if (wanted == null || wanted.isEmpty() || core == null || features.isEmpty()) {
            return null;
        }
        List<String> missing = NEEDED.getOrDefault(core.toLowerCase(Locale.ROOT), List.of()).stream()
                .filter(feature -> !features.contains(feature))
                .toList();
        return missing.isEmpty()
                ? null
                : VARIABLE + "=" + wanted + " makes OpenBLAS run code for another CPU, which needs "
                        + String.join(", ", missing) + "; unset it";
    }

    /** What the first CPU can do; empty where the system does not tell. */
    static Set<String> features(Path cpuInfo) {
        try (Stream<String> lines = Files.lines(cpuInfo, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+", -1)))
                    .orElse(Set.of());
        } catch (IOException | IllegalArgumentException unknown) {
            return Set.of();
        }
    }
}
