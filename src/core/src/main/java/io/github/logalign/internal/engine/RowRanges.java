package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntFunction;

/** The parts of one computation that may run side by side: ranges of rows, or of tokens. */
public final class RowRanges {

    /** A thread like those that would do the work. */
    private static final Thread ANY = Thread.ofPlatform().unstarted(() -> {});

    private RowRanges() {}

    /**
     * How many parts to make.
     *
     * @param threads how many are allowed
     * @param rows what is divided
     * @param least the rows that are worth a thread
     * @param read what all of them read; if the caller's thread alone may, there is one part
     */
    public static int count(int threads, long rows, long least, Matrix... read) {
        for (Matrix matrix : read) {
            if (!matrix.segments().stream().allMatch(RowRanges::readByAll)) {
                return 1;
            }
        }
        return Math.clamp(rows / least, 1, threads);
    }

    /** Whether any thread may read it. */
    public static boolean readByAll(MemorySegment segment) {
        return segment.isAccessibleBy(ANY);
    }

    /** The first row of a part; that of the part after the last is the number of rows. */
    public static long start(int part, int parts, long rows) {
        return rows / parts * part + Math.min(part, rows % parts);
    }

    /** Runs all parts and waits for them; a single one runs on the caller's thread. */
    public static <T> List<T> run(Work work, int parts, IntFunction<T> part) {
        return parts == 1 ? List.of(part.apply(0)) : Blas.onLargeStacks(work, parts, part);
    }
}
