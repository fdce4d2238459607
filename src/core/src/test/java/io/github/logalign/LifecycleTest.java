package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.Svd;
import io.github.logalign.internal.engine.Factorization;
import io.github.logalign.internal.engine.SvdFactorization;
import io.github.logalign.internal.engine.WeightSource;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.SvdRoute;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.TokenMask;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Threads, arenas, wrong calls, undefined results, serialisation, and what happens when LAPACK gives up. */
class LifecycleTest {

    private static final Matrix W = Samples.matrix(Samples.normal(60, 20, new Random(1)));
    private static final Matrix X = Samples.matrix(Samples.normal(50, 20, new Random(2)));

    /** Everything the API does, in the thread that calls. */
    private static double everything() {
        double last = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(W.segment().byteSize());
            own.copyFrom(W.segment());
            Matrix w = new Matrix(own, ElementType.F64, 60, 20, 20, Matrix.Orientation.ROW_MAJOR, W.byteOrder());
            for (Matrix view : List.of(w, w.rows(0, 22), w.rows(0, 15), w.rows(0, 5))) {
                for (Method method : Method.values()) {
                    for (Precision precision : Precision.values()) {
                        SpectrumOptions options = new SpectrumOptions(method, precision, true, 1);
                        WeightSpectrum spectrum = WeightSpectrum.of(view, options, arena);
                        last = spectrum.alignment(spectrum.project(X)).lar();
                        assertNotNull(spectrum.rightSingularVectors(arena));
                        WeightSpectrum values = WeightSpectrum.of(view, options.withoutVectors(), arena);
                        assertEquals(spectrum.p()[0], values.p()[0], 1e-5);
                        AlignmentSums sums = AlignmentSums.of(view, AlignmentOptions.DEFAULT.withPrecision(precision));
                        sums.add(X, null);
                        assertEquals(last, sums.alignment().lar(), 1e-4);
                    }
                }
            }
        }
        return last;
    }

    private static double in(Callable<Double> task, Consumer<Runnable> start) throws Exception {
        FutureTask<Double> future = new FutureTask<>(task);
        start.accept(future);
        return future.get();
    }

    @Test
    void anyThreadWillDo() throws Exception {
        double expected = everything();
        assertEquals(expected, in(LifecycleTest::everything, Thread::startVirtualThread));
        assertEquals(expected, in(LifecycleTest::everything, task -> {
            Thread small = new Thread(null, task, "small", 256 << 10);
            small.start();
        }));
    }

    @Test
    void manyThreadsAtOnce() throws Exception {
        double expected = everything();
        List<FutureTask<Double>> tasks = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            FutureTask<Double> task = new FutureTask<>(LifecycleTest::everything);
            tasks.add(task);
            if (i % 2 == 0) {
                Thread.startVirtualThread(task);
            } else {
                new Thread(task).start();
            }
        }
        for (FutureTask<Double> task : tasks) {
            assertEquals(expected, task.get());
        }
    }

    @Test
    void closedArenasGiveExceptions() {
        WeightSpectrum spectrum;
        try (Arena arena = Arena.ofConfined()) {
            spectrum = WeightSpectrum.of(W, arena);
        }
        WeightSpectrum closed = spectrum;
        assertThrows(IllegalStateException.class, () -> closed.project(X));
        assertThrows(IllegalStateException.class, () -> closed.rightSingularVectors(Arena.ofAuto()));
        Matrix gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = Matrix.of(arena.allocate(8 * 50 * 20), ElementType.F64, 50, 20);
        }
        try (Arena arena = Arena.ofConfined()) {
            assertThrows(IllegalStateException.class, () -> WeightSpectrum.of(gone, arena));
            assertThrows(IllegalStateException.class, () -> AlignmentSums.of(gone));
            WeightSpectrum alive = WeightSpectrum.of(W, arena);
            assertThrows(IllegalStateException.class, () -> alive.project(gone));
        }
    }

    @Test
    void anotherThreadsConfinedArenaGivesAnException() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(W, arena);
            FutureTask<Throwable> task = new FutureTask<>(
                    () -> assertThrows(IllegalStateException.class, () -> spectrum.project(X)));
            new Thread(task).start();
            assertNotNull(task.get());
        }
    }

    @Test
    void wrongCallsAreToldApartFromBadData() {
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(W, arena);
            Matrix narrow = Samples.matrix(Samples.normal(4, 19, new Random(3)));
            assertThrows(IllegalArgumentException.class, () -> spectrum.project(narrow));
            assertThrows(IllegalArgumentException.class, () -> spectrum.project(X, TokenMask.of(true, false)));
            assertThrows(IllegalArgumentException.class, () -> AlignmentSums.of(W).add(narrow, null));
            assertThrows(IllegalArgumentException.class, () -> AlignmentSums.of(W).add(X, X, null));
            WeightSpectrum other = WeightSpectrum.of(W.rows(0, 10), arena);
            assertThrows(IllegalArgumentException.class, () -> spectrum.accumulator().merge(other.accumulator()));
            assertThrows(IllegalArgumentException.class, () -> spectrum.alignment(other.project(X)));
            assertThrows(
                    IllegalArgumentException.class, () -> AlignmentSums.of(W).merge(AlignmentSums.of(W.rows(1, 59))));
            WeightSpectrum values = WeightSpectrum.of(W, SpectrumOptions.DEFAULT.withoutVectors(), arena);
            assertThrows(IllegalStateException.class, values::accumulator);
        }
    }

    private static UndefinedReason reason(Matrix w, Matrix x) {
        try (Arena arena = Arena.ofConfined()) {
            UndefinedReason norm;
            AlignmentSums sums = AlignmentSums.of(w);
            sums.add(x, null);
            norm = assertInstanceOf(Alignment.Undefined.class, sums.alignment()).reason();
            for (Method method : Method.values()) {
                WeightSpectrum spectrum = WeightSpectrum.of(w, SpectrumOptions.DEFAULT.withMethod(method), arena);
                Alignment alignment = spectrum.alignment(spectrum.project(x));
                assertFalse(alignment.isDefined());
                assertThrows(IllegalStateException.class, alignment::lar);
                assertEquals(norm, assertInstanceOf(Alignment.Undefined.class, alignment).reason());
            }
            return norm;
        }
    }

    @Test
    void undefinedResultsHaveReasons() {
        double[] none = {};
        assertEquals(UndefinedReason.ONE_INPUT,
                reason(Matrix.of(new double[]{1, 2}, 2, 1), Matrix.of(new double[]{3}, 1, 1)));
        assertEquals(UndefinedReason.NO_INPUTS, reason(Matrix.of(none, 3, 0), Matrix.of(none, 2, 0)));
        assertEquals(UndefinedReason.NO_ROWS, reason(Matrix.of(none, 0, 20), X));
        assertEquals(UndefinedReason.ZERO_WEIGHTS, reason(Matrix.of(new double[60], 3, 20), X));
        assertEquals(UndefinedReason.NO_TOKENS, reason(W, Matrix.of(none, 0, 20)));
        assertEquals(UndefinedReason.ZERO_ACTIVATIONS, reason(W, Matrix.of(new double[60], 3, 20)));
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(W, arena);
            ActivationSpectrum masked = spectrum.project(X, TokenMask.of(new boolean[50]));
            assertEquals(50, masked.maskedTokens());
            Alignment alignment = spectrum.alignment(masked);
            assertEquals(UndefinedReason.NO_TOKENS, assertInstanceOf(Alignment.Undefined.class, alignment).reason());
            WeightSpectrum zero = WeightSpectrum.of(Matrix.of(new double[60], 3, 20), arena);
            assertEquals(0, zero.numericalRank());
            assertTrue(zero.spread().isEmpty());
            assertEquals(1.0, zero.nullSpaceEnergy(zero.project(X)).orElseThrow());
        }
    }

    @Test
    void noOverlapIsAResult() {
        Matrix w = Matrix.of(new double[]{1, 0, 0, 0}, 1, 4);
        Matrix x = Matrix.of(new double[]{0, 1, 0, 0}, 1, 4);
        try (Arena arena = Arena.ofConfined()) {
            for (Method method : Method.values()) {
                WeightSpectrum spectrum = WeightSpectrum.of(w, SpectrumOptions.DEFAULT.withMethod(method), arena);
                Alignment alignment = spectrum.alignment(spectrum.project(x));
                assertEquals(Double.NEGATIVE_INFINITY, alignment.lar());
                assertEquals(Double.POSITIVE_INFINITY, alignment.effectiveDimension());
                assertEquals(1.0, spectrum.nullSpaceEnergy(spectrum.project(x)).orElseThrow());
            }
            AlignmentSums sums = AlignmentSums.of(w);
            sums.add(x, null);
            assertEquals(Double.NEGATIVE_INFINITY, sums.alignment().lar());
        }
    }

    @Test
    void ranksAndNullSpaces() {
        double[][] lowRank = Samples.make(Samples.Kind.LOW_RANK, 40, 20, new Random(5));
        try (Arena arena = Arena.ofConfined()) {
            for (Method method : Method.values()) {
                WeightSpectrum spectrum = WeightSpectrum.of(Samples.matrix(lowRank),
                        SpectrumOptions.DEFAULT.withMethod(method), arena);
                assertEquals(10, spectrum.numericalRank(), method::name);
                double energy = spectrum.nullSpaceEnergy(spectrum.project(X)).orElseThrow();
                assertTrue(energy > 0.2 && energy < 0.8, () -> "half of isotropic inputs lie in it: " + energy);
                Matrix inRowSpace = Samples.matrix(lowRank);
                assertEquals(0, spectrum.nullSpaceEnergy(spectrum.project(inRowSpace)).orElseThrow(), 1e-12);
                assertEquals(method == Method.GRAM ? Method.GRAM : Method.SVD, spectrum.method());
            }
        }
    }

    @Test
    void outputsThatAreThereAlready() {
        double[][] w = Samples.normal(33, 20, new Random(7));
        double[][] x = Samples.normal(50, 20, new Random(8));
        double[][] z = new double[50][33];
        for (int t = 0; t < 50; t++) {
            for (int row = 0; row < 33; row++) {
                for (int c = 0; c < 20; c++) {
                    z[t][row] += x[t][c] * w[row][c];
                }
            }
        }
        boolean[] counting = new boolean[50];
        for (int t = 0; t < 50; t++) {
            counting[t] = t % 3 != 0;
            if (!counting[t]) {
                z[t][4] = Double.NaN;
            }
        }
        AlignmentSums fromOutputs = AlignmentSums.of(Samples.matrix(w));
        fromOutputs.add(Samples.matrix(x), Samples.matrix(z), TokenMask.of(counting));
        AlignmentSums fromWeights = AlignmentSums.of(Samples.matrix(w));
        fromWeights.add(Samples.matrix(x), TokenMask.of(counting));
        assertEquals(fromWeights.alignment().overlap(), fromOutputs.alignment().overlap(), 1e-15);
        assertEquals(33, fromOutputs.tokens());
        assertEquals(17, fromOutputs.maskedTokens());
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }

    @Test
    void sumsTravelBetweenProcesses() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(W, arena);
            ActivationSums first = spectrum.accumulator();
            first.add(X.rows(0, 20));
            ActivationSums second = spectrum.accumulator();
            second.add(X.rows(20, 30));
            ActivationSums received = copy(second);
            assertThrows(IllegalStateException.class, () -> received.add(X));
            received.merge(copy(first));
            assertEquals(
                    spectrum.alignment(spectrum.project(X)).lar(), spectrum.alignment(received.spectrum()).lar(),
                    1e-15);
            AlignmentSums norm = AlignmentSums.of(W);
            norm.add(X, null);
            AlignmentSums other = copy(norm);
            assertThrows(IllegalStateException.class, () -> other.add(X, null));
            other.merge(norm);
            assertEquals(norm.alignment().lar(), other.alignment().lar(), 1e-15);
            assertEquals(100, other.tokens());
            assertEquals(norm.alignment(), copy(norm.alignment()));
            assertEquals(spectrum.project(X).tokens(), copy(spectrum.project(X)).tokens());
        }
    }

    /** Solves by another one, then says that it failed: the retry must begin with fresh data. */
    private static final SvdFactorization.Solver NEVER_CONVERGES = new SvdFactorization.Solver() {
        @Override
        public Routine routine() {
            return Routine.GESDD;
        }

        @Override
        public int solve(Svd svd, Block a, MemorySegment s, Svd.@Nullable Vectors vectors) {
            SvdFactorization.GESDD.solve(svd, a, s, vectors);
            return 4;
        }
    };

    @Test
    void whatDoesNotConvergeIsTriedAnotherWay() {
        for (Matrix w : List.of(W, W.rows(0, 22), W.rows(0, 15), W.rows(0, 5))) {
            WeightSource source = new WeightSource(w, Precision.DOUBLE, 1);
            Factorization direct = SvdFactorization.run(source, Blas.get(), false, SvdRoute.AUTO,
                    SvdFactorization.GESDD);
            Factorization retried = SvdFactorization.run(source, Blas.get(), false, SvdRoute.AUTO, NEVER_CONVERGES,
                    SvdFactorization.GESVD);
            assertEquals(Routine.GESVD, retried.step().factorisation().getLast());
            for (int i = 0; i < direct.squares().length; i++) {
                assertEquals(direct.squares()[i], retried.squares()[i], 1e-11);
            }
            LogalignException failure = assertThrows(
                    LogalignException.class,
                    () -> SvdFactorization.run(source, Blas.get(), true, SvdRoute.AUTO, NEVER_CONVERGES,
                            NEVER_CONVERGES));
            assertTrue(failure.getMessage().contains(w.rows() + " x 20"), failure.getMessage());
            assertTrue(failure.getMessage().contains("dgesdd returned INFO = 4"), failure.getMessage());
        }
    }

    @Test
    void spreads() {
        Spread even = Spread.of(new double[]{2, 2, 2, 2});
        assertEquals(4, even.participationRatio(), 1e-15);
        assertEquals(Math.log(4), even.entropy(), 1e-15);
        assertEquals(4, even.effectiveRank(), 1e-14);
        assertEquals(0.25, even.largest());
        Spread one = Spread.of(new double[]{3, 0, 0});
        assertEquals(new Spread(1, 0, 1, 1), one);
        assertThrows(IllegalArgumentException.class, () -> Spread.of(new double[]{0, 0}));
        assertThrows(IllegalArgumentException.class, () -> Spread.of(new double[]{1, Double.NaN}));
        assertThrows(IllegalArgumentException.class, () -> Spread.of(new double[]{1, -1}));
    }
}
