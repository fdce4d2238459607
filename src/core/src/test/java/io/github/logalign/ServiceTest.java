package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Products;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.ProbeOptions;
import io.github.logalign.probe.SpectrumProbe;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a service does with the library: many threads, weights that change, classes that are unloaded. */
class ServiceTest {

    private static final int M = 60;
    private static final int N = 24;

    private final Random random = new Random(21);

    private Matrix normal(int rows, int columns) {
        return Samples.matrix(Samples.normal(rows, columns, random));
    }

    @Test
    @Timeout(120)
    void batchesDoNotWaitForFactorisations() throws Exception {
        Matrix w = normal(M, N);
        Matrix x = normal(64, N);
        int busy = 2 * Math.max(2, Runtime.getRuntime().availableProcessors());
        CountDownLatch begun = new CountDownLatch(Math.max(2, Runtime.getRuntime().availableProcessors()));
        CountDownLatch end = new CountDownLatch(1);
        try (Arena arena = Arena.ofShared(); ExecutorService callers = Executors.newFixedThreadPool(busy)) {
            SpectrumOptions options = SpectrumOptions.DEFAULT.withProducts(Products.BLAS);
            WeightSpectrum spectrum = WeightSpectrum.of(w, options, arena);
            AlignmentSums norm = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withProducts(Products.BLAS));
            List<Future<Boolean>> factorisations = new ArrayList<>();
            try {
                for (int i = 0; i < busy; i++) {
                    factorisations.add(callers.submit(() -> Blas.onLargeStack(() -> waitFor(begun, end))));
                }
                begun.await();
                ActivationSums sums = spectrum.accumulator();
                sums.add(x);
                norm.add(x);
                assertEquals(64, sums.spectrum().tokens());
            } finally {
                end.countDown();
            }
            for (Future<Boolean> factorisation : factorisations) {
                assertTrue(factorisation.get());
            }
        }
    }

    private static boolean waitFor(CountDownLatch begun, CountDownLatch end) {
        begun.countDown();
        try {
            return end.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void activationsOfOtherWeightsOfTheSameSizeAreRefused() {
        double[][] w = Samples.normal(M, N, random);
        Matrix x = normal(40, N);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum before = WeightSpectrum.of(Samples.matrix(w), arena);
            WeightSpectrum same = WeightSpectrum.of(
                    Samples.matrix(w), SpectrumOptions.DEFAULT.withMethod(Method.GRAM), arena);
            for (double[] row : w) {
                row[random.nextInt(N)] *= 1.001;
                row[random.nextInt(N)] *= 0.999;
            }
            WeightSpectrum after = WeightSpectrum.of(Samples.matrix(w), arena);
            ActivationSpectrum q = before.project(x);
            assertEquals(before.alignment(q).lar(), same.alignment(q).lar(), 1e-12);
            assertThrows(IllegalArgumentException.class, () -> after.alignment(q));
            assertThrows(IllegalArgumentException.class, () -> after.nullSpaceEnergy(q));
            ActivationSums sums = before.accumulator();
            sums.add(x);
            assertThrows(IllegalArgumentException.class, () -> after.accumulator().merge(sums));
        }
    }

    @Test
    void theSameWeightsInAnotherTypeAndOrderAreTheSame() {
        float[] rows = new float[M * N];
        double[] columns = new double[M * N];
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < N; j++) {
                rows[i * N + j] = (float) random.nextGaussian();
                columns[j * M + i] = rows[i * N + j];
            }
        }
        Matrix x = normal(40, N);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum byRows = WeightSpectrum.of(Matrix.of(rows, M, N), arena);
            WeightSpectrum byColumns = WeightSpectrum.of(
                    Matrix.of(MemorySegment.ofArray(columns), ElementType.F64, N, M).transposed(), arena);
            assertEquals(byRows.alignment(byRows.project(x)).lar(), byColumns.alignment(byRows.project(x)).lar(),
                    1e-12);
        }
    }

    @Test
    void copiesGoTheirOwnWay() {
        Matrix w = normal(M, N);
        Matrix x = normal(30, N);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            ActivationSums sums = spectrum.accumulator();
            sums.add(x);
            ActivationSums copy = sums.copy();
            assertArrayEquals(sums.spectrum().q(), copy.spectrum().q());
            copy.add(x);
            assertEquals(30, sums.spectrum().tokens());
            assertEquals(60, copy.spectrum().tokens());
        }
        AlignmentSums sums = AlignmentSums.of(w);
        sums.add(x);
        AlignmentSums copy = sums.copy();
        assertEquals(sums.alignment(), copy.alignment());
        copy.add(x);
        assertEquals(30, sums.tokens());
        assertEquals(60, copy.tokens());
    }

    @Test
    void sumsOfALayerOfWhichOnlyTheSizeIsKnown() {
        double[][] w = Samples.normal(M, N, random);
        double[][] x = Samples.normal(30, N, random);
        double[][] z = new double[30][M];
        double norm = 0;
        for (int t = 0; t < 30; t++) {
            for (int i = 0; i < M; i++) {
                for (int j = 0; j < N; j++) {
                    z[t][i] += x[t][j] * w[i][j];
                }
            }
        }
        for (double[] row : w) {
            for (double element : row) {
                norm += element * element;
            }
        }
        AlignmentSums known = AlignmentSums.of(Samples.matrix(w));
        AlignmentSums sized = AlignmentSums.of(M, N, norm, AlignmentOptions.DEFAULT);
        known.add(Samples.matrix(x), Samples.matrix(z), null);
        sized.add(Samples.matrix(x), Samples.matrix(z), null);
        assertEquals(known.alignment().lar(), sized.alignment().lar(), 1e-13);
        known.merge(sized);
        assertEquals(60, known.tokens());
        assertThrows(IllegalStateException.class, () -> sized.add(Samples.matrix(x)));
        for (double wrong : new double[]{-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class,
                    () -> AlignmentSums.of(M, N, wrong, AlignmentOptions.DEFAULT));
        }
        assertThrows(IllegalArgumentException.class, () -> AlignmentSums.of(-1, N, 1, AlignmentOptions.DEFAULT));
        assertThrows(IllegalArgumentException.class, () -> AlignmentSums.of(M, 1L << 31, 1, AlignmentOptions.DEFAULT));
    }

    @Test
    void packedWeightsGiveTheSameSumsInAnyBatches() {
        Matrix w = normal(201, N);
        Matrix x = normal(97, N);
        AlignmentSums anew = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withRoute(NormRoute.OUTPUTS));
        anew.add(x);
        for (int threads : new int[]{1, 3}) {
            AlignmentSums kept = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withThreads(threads)
                    .withRoute(NormRoute.OUTPUTS).withPackedWeights());
            for (int first = 0; first < 97; first += 13) {
                kept.add(x.rows(first, Math.min(13, 97 - first)));
            }
            assertEquals(anew.alignment().overlap(), kept.alignment().overlap(), 1e-15);
            assertEquals(97, kept.tokens());
        }
    }

    @Test
    void memoryIsClearedToItsEnd() {
        for (long bytes : new long[]{0, 1, (1 << 20) - 1, 1 << 20, (3 << 20) + 7}) {
            try (NativeBuffer buffer = NativeBuffer.allocate(bytes + 1)) {
                buffer.segment().fill((byte) 1);
                NativeBuffer.clear(buffer.segment().asSlice(0, bytes));
                for (long i = 0; i < bytes; i++) {
                    assertEquals(0, buffer.segment().get(ValueLayout.JAVA_BYTE, i));
                }
                assertEquals(1, buffer.segment().get(ValueLayout.JAVA_BYTE, bytes));
            }
        }
    }

    /** A web application is undeployed while the server's threads live on. */
    @Test
    @Timeout(120)
    void theLibraryIsUnloadedAfterUse() throws Exception {
        try (ExecutorService server = Executors.newFixedThreadPool(2)) {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int deployment = 0; deployment < 2; deployment++) {
                loaders.add(server.submit(deployed()).get());
                // Both threads have been the library's callers.
                server.submit(deployed()).get();
            }
            for (WeakReference<ClassLoader> loader : loaders) {
                assertNull(collected(loader), "the class loader of the library is still reachable");
            }
        }
    }

    private static @Nullable ClassLoader collected(WeakReference<ClassLoader> loader) throws InterruptedException {
        // Threads of the library end after five seconds without work.
        for (int attempt = 0; attempt < 300 && loader.get() != null; attempt++) {
            System.gc();
            Thread.sleep(100);
        }
        return loader.get();
    }

    private static Callable<WeakReference<ClassLoader>> deployed() {
        return () -> {
            URL[] path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> entry.contains("classes") || entry.contains("openblas")
                            || entry.contains("jspecify"))
                    .map(ServiceTest::url).toArray(URL[]::new);
            try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
                Thread thread = Thread.currentThread();
                ClassLoader before = thread.getContextClassLoader();
                thread.setContextClassLoader(loader);
                try {
                    Class<?> application = loader.loadClass(Application.class.getName());
                    assertSame(loader, application.getClassLoader());
                    ((Runnable) application.getDeclaredConstructor().newInstance()).run();
                } finally {
                    thread.setContextClassLoader(before);
                }
                return new WeakReference<>(loader);
            }
        };
    }

    /** 200 threads need 200 times the scratch, but not for ever. */
    @Test
    @Timeout(120)
    void threadsThatAreGoneHoldNoMemory() throws Exception {
        Matrix w = normal(512, 512);
        Matrix x = normal(256, 512);
        long before = NativeBuffer.liveBytes();
        int count = 200;
        CountDownLatch begin = new CountDownLatch(count);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<Double>> results = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                results.add(threads.submit(() -> {
                    begin.countDown();
                    begin.await();
                    AlignmentSums sums = AlignmentSums.of(w);
                    sums.add(x);
                    return sums.alignment().lar();
                }));
            }
            for (Future<Double> result : results) {
                assertEquals(results.getFirst().get(), result.get(), 1e-12);
            }
        }
        NativeMemoryUse after = Environment.current().memory();
        assertTrue(after.inUse() <= before, after + "");
        assertTrue(after.kept() <= 64L << 20, after + "");
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** What the application does with the library. */
    public static final class Application implements Runnable {

        @Override
        public void run() {
            Random random = new Random(1);
            Matrix w = Samples.matrix(Samples.normal(300, N, random));
            Matrix x = Samples.matrix(Samples.normal(300, N, random));
            for (Method method : Method.values()) {
                try (Arena arena = Arena.ofConfined()) {
                    WeightSpectrum spectrum = WeightSpectrum.of(
                            w, SpectrumOptions.DEFAULT.withMethod(method).withThreads(2), arena);
                    spectrum.alignment(spectrum.project(x)).lar();
                }
            }
            try (Arena arena = Arena.ofShared()) {
                SpectrumProbe probe = LayerProbe.ofSpectrum(
                        "layer", WeightSpectrum.of(w, arena), ProbeOptions.DEFAULT.withSampling(1));
                for (int first = 0; first < 300; first += 50) {
                    probe.record(x.rows(first, 50), null);
                }
                probe.snapshot();
            }
            AlignmentSums sums = AlignmentSums.of(w);
            sums.add(x);
            sums.alignment().lar();
            Environment.current();
        }
    }
}
