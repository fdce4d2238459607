package io.github.logalign.internal.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Runs vector kernels on small data, in a thread of its own, until C2 has compiled them. Before that, they box every vector
 * and are a hundred times slower than the scalar twin or BLAS. Whether a kernel is fast is measured, so where the JVM
 * does not compile it, it is never used.
 *
 * <p>C2 may throw compiled code away when it meets what it had ruled out, and compile it anew so that it boxes. A kernel that is
 * slow call after call is therefore taken out of use and compiled once more; the second time, for good.
 *
 * <p>Nothing happens before so much work was announced that it is worth a second of a processor's time.
 *
 * <p>Thread safety: any number of threads.
 */
final class WarmUp implements KernelReadiness {

    /**
     * Multiplications of one kernel, or elements times {@link #ELEMENT}: the vector kernel saves 0.1 s of them. Less is lost
     * again to C2, which wants most of a processor for longer than that.
     */
    private static final double WORTH_IT = 1e10;

    /** The time saved per element that is read and written, in units of the time saved per multiplication. */
    static final double ELEMENT = 10;

    /** Between two looks at what C2 is compiling. */
    private static final long WAIT_NANOS = 1_000_000L;

    /** Work per nanosecond: half of what a kernel must reach to be used, so that none is in and out by turns. */
    private static final double SLOW = 1;

    /** Slow calls one after the other. One or two may have waited for a processor. */
    private static final int SLOW_CALLS = 3;

    private static final int MOST_WARM_UPS = 2;

    private final Kernels vector;
    private final ToDoubleFunction<DoubleSupplier> rate;
    private final List<DoubleAdder> announced = Stream.generate(DoubleAdder::new).limit(Integer.SIZE).toList();
    private final AtomicInteger requested = new AtomicInteger();
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicIntegerArray slowCalls = new AtomicIntegerArray(Integer.SIZE);
    private final AtomicIntegerArray warmUps = new AtomicIntegerArray(Integer.SIZE);
    private final Queue<KernelWarmUp> waiting = new ConcurrentLinkedQueue<>();
    private boolean running;

    WarmUp(Kernels vector) {
        this(vector, KernelWarmUp::rate);
    }

    /** With another judge of speed than the clock. */
    WarmUp(Kernels vector, ToDoubleFunction<DoubleSupplier> rate) {
        this.vector = vector;
        this.rate = rate;
    }

    @Override
    public boolean isReady(KernelKind kind, Element element, Element working) {
        return (ready.getAcquire() & kind.bit(element, working)) != 0;
    }

    @Override
    public void expect(KernelKind kind, Element element, Element working, double work) {
        int bit = kind.bit(element, working);
        if ((requested.getAcquire() & bit) != 0) {
            return;
        }
        DoubleAdder ofLoop = announced.get(Integer.numberOfTrailingZeros(bit));
        ofLoop.add(work);
        if (ofLoop.sum() >= WORTH_IT && (requested.getAndUpdate(bits -> bits | bit) & bit) == 0) {
            warmUp(kind, element, working);
        }
    }

    private void warmUp(KernelKind kind, Element element, Element working) {
        warmUps.incrementAndGet(Integer.numberOfTrailingZeros(kind.bit(element, working)));
        waiting.add(new KernelWarmUp(kind, element, working, rate));
        start();
    }

    @Override
    public void ran(KernelKind kind, Element element, Element working, double work, long nanos) {
        int bit = kind.bit(element, working);
        int place = Integer.numberOfTrailingZeros(bit);
        if (work > SLOW * nanos) {
            if (slowCalls.get(place) != 0) {
                slowCalls.set(place, 0);
            }
        } else if (slowCalls.incrementAndGet(place) == SLOW_CALLS) {
            slowCalls.set(place, 0);
            boolean wasReady = (ready.getAndUpdate(bits -> bits & ~bit) & bit) != 0;
            if (wasReady && warmUps.get(place) < MOST_WARM_UPS) {
                warmUp(kind, element, working);
            }
        }
    }

    /** Whether a kernel was asked for, because enough work of it was announced. */
    boolean isRequested(KernelKind kind, Element element, Element working) {
        return (requested.getAcquire() & kind.bit(element, working)) != 0;
    }

    /** Whether nothing is being compiled: every kernel that was asked for is ready, or never will be. */
    synchronized boolean isIdle() {
        return !running;
    }

    private synchronized void start() {
        if (!running) {
            running = true;
            Thread.ofPlatform().name("logalign-warm-up").daemon().start(this::run);
        }
    }

    private void run() {
        try {
            turnByTurn();
        } catch (OutOfMemoryError none) {
            // The scalar kernels continue, and the vector kernels are not requested again.
        } finally {
            stop();
        }
    }

    /** So that C2 compiles one kernel while another one is interpreted. */
    private void turnByTurn() {
        List<KernelWarmUp> active = new ArrayList<>();
        // The kind of memory that all kernels see: any thread may read it.
        MemorySegment memory = Arena.ofAuto().allocate(KernelWarmUp.BYTES, 64);
        while (true) {
            for (KernelWarmUp next = waiting.poll(); next != null; next = waiting.poll()) {
                active.add(next);
            }
            if (active.isEmpty() && isDone()) {
                return;
            }
            active.removeIf(kernel -> {
                if (kernel.isFast(vector, memory)) {
                    ready.getAndUpdate(bits -> bits | kernel.bit());
                    return true;
                }
                return kernel.isHopeless();
            });
            if (active.stream().allMatch(KernelWarmUp::isCounted)) {
                LockSupport.parkNanos(WAIT_NANOS);
            }
        }
    }

    private synchronized void stop() {
        running = false;
    }

    private synchronized boolean isDone() {
        running = !waiting.isEmpty();
        return !running;
    }
}
