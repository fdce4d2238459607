package io.github.logalign.internal.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
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

    private final Kernels vector;
    private final ToDoubleFunction<DoubleSupplier> rate;
    private final List<DoubleAdder> announced = Stream.generate(DoubleAdder::new).limit(Integer.SIZE).toList();
    private final AtomicInteger requested = new AtomicInteger();
    private final AtomicInteger ready = new AtomicInteger();
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
            waiting.add(new KernelWarmUp(kind, element, working, rate));
            start();
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
