package io.github.logalign.internal.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands between a CPU, or a mount, and a library. */
class CoreTypeTest {

    private static final Set<String> ZEN3 = Set.of("sse2", "sse4_2", "avx", "avx2", "fma");

    @TempDir
    Path folder;

    @Test
    void codeForAnotherCpuIsAProblem() {
        assertEquals(
                "OPENBLAS_CORETYPE=SkylakeX makes OpenBLAS run code for another CPU, which needs avx512f, avx512cd,"
                        + " avx512bw, avx512dq, avx512vl; unset it",
                CoreType.problem("SkylakeX", "SkylakeX", ZEN3));
        for (String core : List.of("Cooperlake", "SAPPHIRERAPIDS", "bulldozer", "Piledriver", "Steamroller",
                "Excavator")) {
            assertNotNull(CoreType.problem(core, core, ZEN3), core);
        }
        assertNotNull(CoreType.problem("Haswell", "Haswell", Set.of("avx")));
        assertNotNull(CoreType.problem("Sandybridge", "Sandybridge", Set.of("sse4_2")));
    }

    @Test
    void whatTheCpuCanRunIsNone() {
        for (String core : List.of("Haswell", "Zen", "Sandybridge", "Nehalem", "Core2", "Prescott", "Unheard-of")) {
            assertNull(CoreType.problem(core, core, ZEN3), core);
        }
        assertNull(CoreType.problem("SapphireRapids", "Haswell", ZEN3), "OpenBLAS has chosen another one by itself");
        assertNull(CoreType.problem("SkylakeX", null, ZEN3), "a library without such code, as MKL");
        assertNull(CoreType.problem("SkylakeX", "SkylakeX", Set.of()), "a system that does not tell");
        assertNull(CoreType.problem("", "SkylakeX", ZEN3));
        assertNull(CoreType.problem(null, "SkylakeX", ZEN3));
    }

    @Test
    void featuresAreThoseOfTheFirstCpu() throws IOException {
        Path info = Files.writeString(folder.resolve("cpuinfo"),
                "processor\t: 0\nmodel name\t: X\nflags\t\t: fpu avx  avx2\n\nprocessor\t: 1\nflags\t\t: fpu\n");
        assertEquals(Set.of("fpu", "avx", "avx2"), CoreType.features(info));
        assertEquals(Set.of(), CoreType.features(folder.resolve("absent")));
        assertEquals(Set.of(), CoreType.features(Files.writeString(folder.resolve("arm"), "Features\t: fp asimd\n")));
    }

    @Test
    void theMountInForceTellsWhetherCodeMayBeLoaded() {
        List<String> table = List.of(
                "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
                "30 22 0:26 / /tmp rw,nosuid,nodev,noexec - tmpfs tmpfs rw",
                "31 30 0:27 / /tmp/a\\040b rw - tmpfs tmpfs rw",
                "32 22 0:28 / /home rw,noexec - tmpfs tmpfs rw",
                "33 32 0:29 / /home rw - tmpfs tmpfs rw",
                "damaged");
        assertTrue(Mounts.forbidCode(Path.of("/tmp/x/y"), table));
        assertFalse(Mounts.forbidCode(Path.of("/tmp/a b"), table));
        assertFalse(Mounts.forbidCode(Path.of("/tmpfiles"), table));
        assertFalse(Mounts.forbidCode(Path.of("/home/u"), table), "the last one mounted there");
        assertFalse(Mounts.forbidCode(Path.of("/var"), table));
    }
}
