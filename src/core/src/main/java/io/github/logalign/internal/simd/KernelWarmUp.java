package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** One vector kernel on its way to being compiled. For one thread. */
final class KernelWarmUp {

    /** Memory for any of them. */
    static final long BYTES = 1L << 20;

    /** Where the second operand begins. */
    private static final long SECOND = BYTES / 4;

    private static final long RESULT = BYTES / 2;

    private static final long SCRATCH = BYTES / 4 * 3;

    /** Calls in a round, of which C2 learns what happens in the loop. */
    private static final int CALLS = 2;

    /**
     * Calls with nothing to do. C2 compiles what was called thousands of times; called with work so often, in the
     * interpreter, every vector operation would itself become so hot that C2 compiles it first, by itself and in vain.
     */
    private static final int EMPTY_CALLS = 500;

    /** Rounds without them: C2 must know what is called within the loop before it compiles it, or it inlines too little. */
    private static final int PROFILING_ROUNDS = 40;

    /** Rounds after which all has been counted that C2 waits for: it is compiling, and needs the processor more. */
    private static final int COUNTED_ROUNDS = 100;

    private static final int MAX_ROUNDS = 4000;

    private static final int GRAM_COLUMNS = 24;

    private static final int PACKED_COLUMNS = 240;

    private static final int LENGTH = 16;
    private static final int ELEMENTS = 2048;
    private static final int LONG = 128;
    private static final int MANY_ELEMENTS = 1 << 14;

    /** An interrupt, or another process, may fall into one of them. */
    private static final int TRIALS = 4;

    /** One more than the tiles hold, so that the loop for what is left over is compiled too. */
    private static final int TOKENS = 9;

    /** Per nanosecond: boxed code stays far below, compiled code of any CPU is far above. */
    private static final double FAST_MULTIPLICATIONS = 2;

    private static final double FAST_ELEMENTS = 2.5;

    private static final double FAST_CONVERSIONS = 1;

    private static final double FAST_PACKING = 0.2;

    private final KernelKind kind;
    private final Element element;
    private final Element working;
    private int rounds;

    /** Measures a run, which returns its amount of work, in work per nanosecond. */
    private final ToDoubleFunction<DoubleSupplier> rate;

    KernelWarmUp(KernelKind kind, Element element, Element working, ToDoubleFunction<DoubleSupplier> rate) {
        this.rate = rate;
        this.kind = kind;
        this.element = element;
        this.working = working;
    }

    int bit() {
        return kind.bit(element, working);
    }

    /** Whether C2 has had all the time it may need, and has not made it fast. */
    boolean isHopeless() {
        return rounds > MAX_ROUNDS;
    }

    /** Whether all that is left to do is to wait. */
    boolean isCounted() {
        return rounds > COUNTED_ROUNDS;
    }

    /** Runs the kernel a few times, and says whether it is fast by now. */
    boolean isFast(Kernels vector, MemorySegment memory) {
        rounds++;
        if (rounds > PROFILING_ROUNDS) {
            for (int call = 0; call < EMPTY_CALLS; call++) {
                run(vector, memory, 0, 0);
            }
        }
        for (int call = 1; call < CALLS; call++) {
            run(vector, memory, LENGTH, ELEMENTS);
        }
        return rate.applyAsDouble(() -> run(vector, memory, LENGTH, ELEMENTS)) > leastRate()
                && isFastAtLength(vector, memory);
    }

    private double leastRate() {
        return switch (kind) {
            case PROJECT, GRAM -> FAST_MULTIPLICATIONS;
            case CONVERT, COLUMNS -> FAST_CONVERSIONS;
            case SCAN, SQUARES -> FAST_ELEMENTS;
        };
    }

    /** Now and then C2 compiles a kernel so that it boxes after all: what is used has been seen to be fast on more. */
    private boolean isFastAtLength(Kernels vector, MemorySegment memory) {
        double best = 0;
        double bestOfPacking = kind == KernelKind.GRAM ? 0 : Double.POSITIVE_INFINITY;
        for (int trial = 0; trial < TRIALS; trial++) {
            best = Math.max(best, rate.applyAsDouble(() -> run(vector, memory, LONG, MANY_ELEMENTS)));
            if (kind == KernelKind.GRAM) {
                int n = columns(vector, PACKED_COLUMNS);
                bestOfPacking = Math.max(bestOfPacking, rate.applyAsDouble(() -> {
                    GramLayout layout = GramLayout.of(vector, working, n);
                    vector.packGram(working, memory, 0, LENGTH, LONG, layout, memory.asSlice(SECOND));
                    return (double) LENGTH * n;
                }));
            }
        }
        return best > leastRate() && bestOfPacking > FAST_PACKING;
    }

    /** By the clock. */
    static double rate(DoubleSupplier measured) {
        long before = System.nanoTime();
        double work = measured.getAsDouble();
        return work / (System.nanoTime() - before);
    }

    /** Whole panels, and so many that what a call costs besides is little: a panel of 256 bits has eight columns. */
    private int columns(Kernels vector, int least) {
        int width = vector.panelWidth(working);
        return Math.ceilDiv(least, width) * width;
    }

    /** Runs the kernel once, and returns the amount of work. */
    private double run(Kernels vector, MemorySegment memory, int length, int elements) {
        MemorySegment second = memory.asSlice(SECOND);
        MemorySegment result = memory.asSlice(RESULT);
        switch (kind) {
            // Without an element there is no call; one is no vector yet.
            case SCAN -> vector.maxMagnitude(memory, 0, element, Math.max(1, elements));
            case SQUARES -> vector.sumOfSquares(memory, 0, element, elements);
            case CONVERT -> vector.convert(memory, 0, element, elements, second, 0, working, 1);
            case COLUMNS -> {
                vector.addSquaresOfColumns(working, memory, length, ELEMENTS / LENGTH, result);
                return (double) length * ELEMENTS / LENGTH;
            }
            case PROJECT -> {
                // A whole panel, and one with a single vector.
                int directions = vector.panelWidth(working) + 1;
                vector.addSquaredProjections(working, memory, 0, (long) length * working.bytes(), TOKENS, length,
                        second, directions, memory.asSlice(SCRATCH), result);
                return (double) TOKENS * length * directions;
            }
            case GRAM -> {
                int n = columns(vector, GRAM_COLUMNS);
                GramLayout layout = GramLayout.of(vector, working, n);
                vector.packGram(working, memory, 0, 1, LENGTH, length == 0 ? GramLayout.of(vector, working, 0) : layout,
                        second);
                vector.addGram(working, second, length, layout, result);
                return (double) length * n * n;
            }
        }
        return elements;
    }
}
