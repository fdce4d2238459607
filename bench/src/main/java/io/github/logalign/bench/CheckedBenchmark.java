package io.github.logalign.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How all benchmarks run. Each result is checked before the measurement, and once more after it: what is measured is what
 * C2 compiled by then.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 7, time = 1)
public abstract class CheckedBenchmark {

    /** The memory of one fork; several threads may read it. */
    protected final Arena arena = Arena.ofShared();

    /** Makes the data and checks that the result is right. */
    @Setup(Level.Trial)
    public void setUp() {
        prepare();
        check();
    }

    /** Checks again, and frees the data. */
    @TearDown(Level.Trial)
    public void tearDown() {
        check();
        arena.close();
    }

    /** Finds the implementation and makes the data. */
    protected abstract void prepare();

    /** Fails if what is measured gives a wrong result. */
    protected abstract void check();

    /** Fails unless a result is within an absolute error. */
    protected static void mustBe(double expected, double got, double error) {
        if (!(Math.abs(got - expected) <= error)) {
            throw new IllegalStateException("wrong result: " + got + " for " + expected);
        }
    }
}
