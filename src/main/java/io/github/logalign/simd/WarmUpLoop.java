package io.github.logalign.simd;

import java.lang.foreign.MemorySegment;

/** One vector loop on its way to being compiled. For one thread. */
final class WarmUpLoop {

    /** Memory for any of them. */
    static final long BYTES = 1L << 20;

    /** Where the second operand begins. */
    private static final long SECOND = BYTES / 4;

    private static final long RESULT = BYTES / 2;

    /** Calls in a row, short ones: the JVM counts calls as well as turns of loops. */
    private static final int CALLS = 16;

    private static final int SHORT = 24;
    /** One more than the tiles hold, so that the loop for what is left over is compiled too. */
    private static final int TOKENS = 9;
    private static final int ELEMENTS = 512;

    /** Long enough to be timed. */
    private static final int LONG = 256;

    private static final int MANY_ELEMENTS = 1 << 14;

    /** Per nanosecond: boxed code stays below a tenth, compiled code of any CPU is far above. */
    private static final double FAST_MULTIPLICATIONS = 3;

    private static final double FAST_ELEMENTS = 0.8;

    private final Loop loop;
    private final Element element;
    private final Element working;
    private long start;

    WarmUpLoop(Loop loop, Element element, Element working) {
        this.loop = loop;
        this.element = element;
        this.working = working;
    }

    int bit() {
        return loop.bit(element, working);
    }

    void begin() {
        start = System.nanoTime();
    }

    long age() {
        return System.nanoTime() - start;
    }

    /** Runs the loop a few times, and tells whether it is fast by now. */
    boolean isFast(Kernels vector, MemorySegment memory) {
        boolean counted = loop == Loop.PROJECT || loop == Loop.GRAM;
        for (int call = 0; call < CALLS; call++) {
            run(vector, memory, counted ? SHORT : ELEMENTS);
        }
        long before = System.nanoTime();
        double work = run(vector, memory, counted ? LONG : MANY_ELEMENTS);
        double rate = work / (System.nanoTime() - before);
        return rate > (counted ? FAST_MULTIPLICATIONS : FAST_ELEMENTS);
    }

    /** Runs it once, and tells how much work that was. */
    private double run(Kernels vector, MemorySegment memory, int length) {
        MemorySegment second = memory.asSlice(SECOND);
        MemorySegment result = memory.asSlice(RESULT);
        switch (loop) {
            case SCAN -> vector.maxMagnitude(memory, 0, element, length);
            case SQUARES -> vector.sumOfSquares(memory, 0, element, length);
            case CONVERT -> vector.convert(memory, 0, element, length, second, 0, working, 1);
            case COLUMNS -> vector.addSquaresOfColumns(working, memory, length / 64, 64, result);
            case PROJECT -> {
                vector.addSquaredProjections(working, memory, 0, (long) length * working.bytes(), TOKENS, length, second,
                        1, result);
                return (double) TOKENS * length * vector.panelWidth(working);
            }
            case GRAM -> {
                int n = vector.panelWidth(working);
                vector.packGram(working, memory, 0, Math.min(length, LONG / 8), length, n, second);
                vector.addGram(working, second, length, n, result);
                return (double) length * n * n;
            }
        }
        return length;
    }
}
