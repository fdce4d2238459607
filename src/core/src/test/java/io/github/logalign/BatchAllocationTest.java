package io.github.logalign;

import com.sun.management.ThreadMXBean;
import io.github.logalign.internal.simd.OwnJvm;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A service adds a batch at every request: where the outputs are there already, nothing is allocated for that. */
class BatchAllocationTest {

    private static final int MAX_PASSES = 400_000;
    private static final int CLEAN_PASSES = 200;
    private static final int TOKENS = 64;
    private static final int M = 200;
    private static final int N = 104;

    static Stream<OwnJvm> jvms() {
        return OwnJvm.ofEveryNativeWidth();
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void aBatchWithOutputsAllocatesNothing(OwnJvm jvm) throws Exception {
        jvm.with("-Xbatch").mustSay(BatchAllocationTest.class, "nothing is allocated");
    }

    /** Where the vector kernels take over from the scalar ones while batches arrive, and all is compiled meanwhile. */
    @Test
    void norDoesOneWhileKernelsAreCompiled() throws Exception {
        new OwnJvm("as in a service", List.of()).mustSay(BatchAllocationTest.class, "nothing is allocated");
    }

    /**
     * Adds batches until many in a row have allocated nothing.
     *
     * @param args none
     */
    public static void main(String[] args) {
        boolean[] counting = new boolean[TOKENS];
        for (int token = 0; token < TOKENS; token += 3) {
            counting[token] = true;
        }
        for (ElementType type : new ElementType[]{ElementType.F32, ElementType.BF16}) {
            try (Arena arena = Arena.ofShared()) {
                Matrix x = filled(arena, type, N);
                Matrix z = filled(arena, type, M);
                AlignmentSums sums = AlignmentSums.of(M, N, 1, AlignmentOptions.DEFAULT);
                require(type + "", sums, x, z, null);
                require(type + " with a mask", sums, x, z, TokenMask.of(counting));
            }
        }
        System.out.println("nothing is allocated");
    }

    private static Matrix filled(Arena arena, ElementType type, int columns) {
        MemorySegment memory = arena.allocate((long) TOKENS * columns * type.bytes(), 64);
        for (long at = 0; at < memory.byteSize(); at += type.bytes()) {
            // The upper half of 1.0 in float32, and 1.0 in bfloat16.
            memory.set(ValueLayout.JAVA_SHORT, at + type.bytes() - Short.BYTES, (short) 0x3F80);
        }
        return Matrix.of(memory, type, TOKENS, columns);
    }

    private static void require(String what, AlignmentSums sums, Matrix x, Matrix z, @Nullable TokenMask mask) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        int clean = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MAX_PASSES && clean < CLEAN_PASSES; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            sums.add(x, z, mask);
            long allocated = threads.getThreadAllocatedBytes(thread) - before;
            clean = allocated == 0 ? clean + 1 : 0;
            least = allocated == 0 ? least : Math.min(least, allocated);
        }
        if (clean < CLEAN_PASSES) {
            throw new AssertionError(what + " still allocates " + least + " bytes a batch");
        }
        double expected = (double) M * N;
        double overlap = sums.alignment().overlap();
        if (!(overlap > 0) || overlap > expected) {
            throw new AssertionError("the overlap is " + overlap);
        }
    }
}
