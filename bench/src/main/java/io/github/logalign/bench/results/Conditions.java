package io.github.logalign.bench.results;

import io.github.logalign.Environment;
import io.github.logalign.bench.Yardstick;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the contestants' processes run under: this CPU as it is, or as if it had AVX2 and no AVX-512, which then holds for
 * Java, C and every OpenBLAS.
 *
 * @param avx2 whether vectors of 512 bits are switched off
 */
public record Conditions(boolean avx2) {

    private static final String AVX2 = "--avx2";

    /** The conditions that a program's arguments ask for. */
    public static Conditions of(String... arguments) {
        return new Conditions(List.of(arguments).contains(AVX2));
    }

    /** The other arguments. */
    public static List<String> without(String... arguments) {
        return Stream.of(arguments).filter(argument -> !argument.equals(AVX2)).toList();
    }

    /** Flags for a JVM. */
    public List<String> flags() {
        return avx2 ? List.of("-XX:UseAVX=2", "-D" + Yardstick.VARIANT + "=avx2") : List.of();
    }

    /** Leaves the choice of kernels to OpenBLAS, whatever the caller's shell says, or takes those for AVX2. */
    public void applyTo(Map<String, String> environment) {
        environment.keySet().removeIf(variable -> variable.startsWith("OPENBLAS_"));
        if (avx2) {
            environment.put("OPENBLAS_CORETYPE", "Haswell");
        }
    }

    /** The machine that this makes. */
    public Machine machine() {
        Environment here = Environment.current();
        return Machine.of(here.cpu(), avx2 || here.simdBits() <= 256);
    }
}
