package io.github.logalign.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;

/** Sixteen platform threads and two hundred virtual ones at one probe: every token is counted exactly once. */
final class ProbeStress {

    private static final int PLATFORM = 16;
    private static final int VIRTUAL = 200;
    private static final int TOKENS = 8;
    private static final int M = 12;
    private static final int N = 10;
    private static final int WINDOW = 1000;

    /** What the probe is given. */
    enum Form {
        OUTPUTS, SPECTRUM
    }

    private ProbeStress() {}

    /**
     * Runs both forms, with and without new weights.
     *
     * @param args seconds for each
     */
    public static void main(String[] args) throws Exception {
        for (Form form : Form.values()) {
            for (boolean replaces : new boolean[]{true, false}) {
                AtomicBoolean ended = new AtomicBoolean();
                // Not a virtual thread: the others never wait, and leave it no carrier.
                Thread timer = Thread.ofPlatform().start(() -> {
                    LockSupport.parkNanos(Long.parseLong(args[0]) * 1_000_000_000L);
                    ended.set(true);
                });
                System.out.println(form + (replaces ? " with new weights: " : ": ")
                        + run(form, replaces, call -> !ended.get()));
                timer.join();
            }
        }
    }

    /**
     * Records from all threads.
     *
     * @param replaces whether one of them replaces the weights, and closes the arena of the old ones
     * @param goesOn whether a thread makes another call, by the number of those it has made
     * @return the counts, which were checked
     */
    static ProbeCounts run(Form form, boolean replaces, IntPredicate goesOn) throws Exception {
        try (Target target = new Target(form, replaces)) {
            List<Future<?>> work = new ArrayList<>();
            try (ExecutorService platforms = Executors.newFixedThreadPool(PLATFORM);
                    ExecutorService virtuals = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int thread = 0; thread < PLATFORM + VIRTUAL; thread++) {
                    int number = thread;
                    work.add((thread < PLATFORM ? platforms : virtuals).submit(() -> {
                        for (int call = 0; goesOn.test(call); call++) {
                            target.step(number, call);
                        }
                    }));
                }
            }
            for (Future<?> done : work) {
                done.get();
            }
            return target.checkedCounts();
        }
    }

    /** A probe, and what happens to it. */
    private static final class Target implements AutoCloseable {

        private final boolean replaces;
        private final Matrix weights;
        private final Matrix x;
        private final Matrix z;
        private final LayerProbe probe;
        private final LongAdder offered = new LongAdder();
        private final AtomicInteger replaced = new AtomicInteger();
        private final AlignmentSums merged;
        private Arena arena = Arena.ofShared();

        @SuppressWarnings("MustBeClosed") // it is closed when the next one replaces it, or at the end
        Target(Form form, boolean replaces) {
            this.replaces = replaces;
            Random random = new Random(5);
            weights = Matrix.of(random.doubles(M * N, -1, 1).toArray(), M, N);
            x = Matrix.of(random.doubles(TOKENS * N, -1, 1).toArray(), TOKENS, N);
            z = Matrix.of(random.doubles(TOKENS * M, -1, 1).toArray(), TOKENS, M);
            merged = sums();
            ProbeOptions options = ProbeOptions.DEFAULT.withSampling(0.5)
                    .withWindow(replaces ? ProbeWindow.lastTokens(WINDOW) : ProbeWindow.EVERYTHING);
            probe = switch (form) {
                case OUTPUTS -> LayerProbe.ofOutputs("layer", sums(), options);
                case SPECTRUM -> LayerProbe.ofSpectrum("layer", WeightSpectrum.of(weights, arena), options);
            };
        }

        private static AlignmentSums sums() {
            return AlignmentSums.of(M, N, 3, AlignmentOptions.DEFAULT);
        }

        void step(int thread, int call) {
            switch (probe) {
                case OutputsProbe outputs -> outputs.recorder().record(x, z, null);
                case SpectrumProbe inputs -> inputs.recorder().record(x, null);
            }
            offered.add(TOKENS);
            if (thread < 4 && call % 20 == 0) {
                ProbeSnapshot snapshot = probe.snapshot();
                assertTrue(!replaces || snapshot.tokens() <= WINDOW + (long) TOKENS * (PLATFORM + VIRTUAL));
            }
            if (thread == 4 && call % 50 == 49 && replaces) {
                replace();
            }
            if (thread == 5 && call % 20 == 0 && probe instanceof OutputsProbe outputs) {
                long before = merged.tokens();
                AlignmentSums now = outputs.sums();
                merged.merge(now);
                assertEquals(before + now.tokens(), merged.tokens());
            }
        }

        @SuppressWarnings("MustBeClosed") // it is closed when the next one replaces it, or at the end
        private void replace() {
            switch (probe) {
                case OutputsProbe outputs -> outputs.replaceWeights(sums());
                case SpectrumProbe inputs -> {
                    Arena old = arena;
                    arena = Arena.ofShared();
                    inputs.replaceWeights(WeightSpectrum.of(weights, arena));
                    old.close();
                }
            }
            replaced.incrementAndGet();
        }

        ProbeCounts checkedCounts() {
            ProbeSnapshot snapshot = probe.snapshot();
            ProbeCounts counts = snapshot.counts();
            assertEquals(offered.sum(), counts.offered(), counts::toString);
            assertEquals(replaced.get(), snapshot.generation());
            assertEquals(0, counts.rejected(), snapshot::problem);
            if (!replaces) {
                assertEquals(counts.recorded(), snapshot.tokens());
                assertEquals(0, counts.stale());
            }
            return counts;
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
