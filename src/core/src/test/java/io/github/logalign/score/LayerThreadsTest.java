package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order in which layers begin, the threads that each gets, and the results' order. */
class LayerThreadsTest {

    /** What one run did: which layers began, in order, with how many threads, and how many threads were busy at most. */
    private record Trace(List<String> starts, List<String> results, int busiest, int steps) {}

    private static LayerJob job(String name) {
        return new LayerJob(new LayerInfo(name, new LayerInfo.Source("w", null), null, null, null, List.of()), null,
                null, null, null, null);
    }

    private static Trace run(int threads, double... costs) throws InterruptedException {
        List<LayerJob> jobs = IntStream.range(0, costs.length).mapToObj(i -> job("" + i)).toList();
        List<String> starts = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger busy = new AtomicInteger();
        AtomicInteger busiest = new AtomicInteger();
        AtomicInteger steps = new AtomicInteger();
        List<String> results = LayerThreads.run(jobs, threads, job -> costs[Integer.parseInt(job.layer())],
                (job, share) -> {
                    starts.add(job.layer() + ":" + share);
                    int now = busy.addAndGet(share);
                    busiest.accumulateAndGet(now, Math::max);
                    LockSupport.parkNanos(100_000);
                    busy.addAndGet(-share);
                    return "result " + job.layer();
                }, steps::incrementAndGet);
        return new Trace(starts, results, busiest.get(), steps.get());
    }

    @ParameterizedTest
    @CsvSource({
        // One thread: the most expensive first.
        "1, 1 5 3, 1:1 2:1 0:1",
        // A head that takes longer than all others together is alone, and first.
        "2, 1 9 2, 1:2 2:2 0:2",
        // Nothing is so large that it needs all threads.
        "2, 3 3 3 3, ''",
        // Few layers share what there is.
        "8, 5 5, ''",
        "4, 100 50 1 1, 0:4 1:4",
    })
    void largeLayersBeginFirst(int threads, String costs, String expected) throws InterruptedException {
        double[] numbers = List.of(costs.split(" ")).stream().mapToDouble(Double::parseDouble).toArray();
        Trace trace = run(threads, numbers);
        List<String> first = expected.isEmpty() ? List.of() : List.of(expected.split(" "));
        assertEquals(first, trace.starts().subList(0, first.size()));
        assertEquals(IntStream.range(0, numbers.length).mapToObj(i -> "result " + i).toList(), trace.results());
        assertEquals(numbers.length, trace.steps());
        assertTrue(trace.busiest() <= threads, trace::toString);
    }

    @Test
    void twoLayersShareEightThreads() throws InterruptedException {
        assertEquals(List.of("0:4", "1:4"), run(8, 5, 5).starts().stream().sorted().toList());
    }

    @Test
    void manyLayersAndALargeHeadNeverUseMoreThreadsThanAllowed() throws InterruptedException {
        double[] costs = new double[65];
        Arrays.fill(costs, 1);
        costs[64] = 9;
        Trace trace = run(2, costs);
        assertEquals("64:1",
                trace.starts().stream().filter(start -> start.startsWith("64:")).findFirst().orElseThrow());
        assertTrue(trace.starts().indexOf("64:1") < 2, trace::toString);
        assertTrue(trace.busiest() <= 2);
    }

    @Test
    void aFailureEndsTheRun() {
        LogalignException failure = new LogalignException("broken");
        assertEquals(failure, assertThrows(LogalignException.class,
                () -> LayerThreads.run(List.of(job("a"), job("b")), 2, job -> 1, (job, share) -> {
                    throw failure;
                }, () -> {})));
    }

    @Test
    void anInterruptLetsNoOtherLayerBegin() {
        AtomicInteger begun = new AtomicInteger();
        List<LayerJob> jobs = IntStream.range(0, 100).mapToObj(i -> job("" + i)).toList();
        Thread caller = Thread.currentThread();
        assertThrows(InterruptedException.class, () -> LayerThreads.run(jobs, 2, job -> 1, (job, share) -> {
            begun.incrementAndGet();
            caller.interrupt();
            // Until the caller has been woken, for a minute at most.
            for (int i = 0; i < 60_000 && caller.isInterrupted(); i++) {
                LockSupport.parkNanos(1_000_000);
            }
            return "";
        }, () -> {}));
        assertTrue(begun.get() < 100, begun + " layers");
    }

    @Test
    void noLayersNeedNoThreads() throws InterruptedException {
        assertEquals(List.of(), LayerThreads.run(List.of(), 2, job -> 1, (job, share) -> "", () -> {}));
    }
}
