package io.github.logalign.internal.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A CPU without fused multiply-add computes without vectors, at once and with a reason. */
class FusedMultiplyAddTest {

    private static boolean hasInstruction() {
        return Boolean.parseBoolean(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("UseFMA")
                .getValue());
    }

    @Test
    void theTimeOfAFewCallsAgreesWithTheJvm() {
        assertEquals(hasInstruction(), FusedMultiplyAdd.isAnInstruction());
    }

    @Test
    void withoutItTheKernelsAreScalar() throws Exception {
        new OwnJvm("no fused multiply-add", List.of("-XX:-UseFMA"))
                .mustSay(FusedMultiplyAddTest.class, "0 bits, scalar: this CPU has no vectors of 128 bits with fused");
    }

    @Test
    void withoutItAForcedWidthIsAnError() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> VectorWidth.decide("widest", "test", true, () -> 0));
        assertTrue(String.valueOf(refused.getMessage()).contains("fused multiply-add"), refused.toString());
    }

    /**
     * Prints the choice of this JVM.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.out.println(Simd.bits() + " bits, " + Simd.reason());
    }
}
