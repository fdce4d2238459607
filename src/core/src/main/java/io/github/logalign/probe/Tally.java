package io.github.logalign.probe;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts tokens from many threads. */
final class Tally {

    private final LongAdder recorded = new LongAdder();
    private final LongAdder notDrawn = new LongAdder();
    private final LongAdder masked = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder stale = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder droppedBatches = new LongAdder();
    private volatile @Nullable String problem;

    /** Those of a batch that are not recorded. */
    void leftOut(long tokens, long drawn, long counting) {
        masked.add(drawn - counting);
        notDrawn.add(tokens - drawn);
    }

    void recorded(long tokens) {
        recorded.add(tokens);
    }

    void dropped(long tokens) {
        dropped.add(tokens);
        droppedBatches.increment();
    }

    void stale(long tokens) {
        stale.add(tokens);
    }

    void rejected(long tokens, RuntimeException why) {
        rejected.add(tokens);
        problem = String.valueOf(why.getMessage());
    }

    /** Why tokens were rejected the last time, or null. */
    @Nullable
    String problem() {
        return problem;
    }

    /** While threads count, the parts may be a batch apart from each other. */
    ProbeCounts counts() {
        long others = notDrawn.sum() + masked.sum() + dropped.sum() + stale.sum() + rejected.sum();
        long kept = recorded.sum();
        return new ProbeCounts(others + kept, kept, notDrawn.sum(), masked.sum(), dropped.sum(), stale.sum(),
                rejected.sum(), droppedBatches.sum());
    }
}
