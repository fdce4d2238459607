package io.github.logalign.probe;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What a probe holds after many batches: heap and native memory, a line for each tenth of them. */
final class ProbeSoak {

    private static final int SIDE = 1024;
    private static final int TOKENS = 64;
    private static final int THREADS = 4;

    private ProbeSoak() {}

    /**
     * Records batches.
     *
     * @param args how many
     * @throws InterruptedException never
     * @throws IOException if the system does not tell the process's memory
     */
    public static void main(String[] args) throws InterruptedException, IOException {
        int batches = Integer.parseInt(args[0]);
        try (Arena arena = Arena.ofShared()) {
            Matrix x = ones(arena);
            OutputsProbe probe = LayerProbe.ofOutputs(
                    "layer", AlignmentSums.of(SIDE, SIDE, SIDE, AlignmentOptions.DEFAULT), ProbeOptions.DEFAULT);
            for (int tenth = 1; tenth <= 10; tenth++) {
                try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
                    for (int thread = 0; thread < THREADS; thread++) {
                        threads.execute(() -> {
                            for (int batch = 0; batch < batches / 10 / THREADS; batch++) {
                                probe.record(x, x, null);
                            }
                        });
                    }
                }
                ProbeSnapshot snapshot = probe.snapshot();
                System.gc();
                Runtime java = Runtime.getRuntime();
                System.out.printf(Locale.ROOT, "%d tokens offered, %d dropped, %d in the window: heap %.1f MB, %s%n",
                        snapshot.counts().offered(), snapshot.counts().dropped(), snapshot.tokens(),
                        (java.totalMemory() - java.freeMemory()) / 1e6, anonymousMemory());
            }
        }
    }

    private static Matrix ones(Arena arena) {
        MemorySegment memory = arena.allocate(2L * TOKENS * SIDE, 64);
        for (long at = 0; at < (long) TOKENS * SIDE; at++) {
            memory.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) 0x3F80);
        }
        return Matrix.of(memory, ElementType.BF16, TOKENS, SIDE);
    }

    private static String anonymousMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith("RssAnon")).findFirst().orElse("");
    }
}
