package io.github.logalign.internal.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.blas.BlasInfo.Attempt;
import io.github.logalign.internal.blas.BlasInfo.Origin;
import io.github.logalign.internal.blas.LibrarySearch.Settings;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Finding the library, the bound routines, their checks, and the threads they run on. */
class BlasTest {

    @TempDir
    Path folder;

    private static LibrarySearch search(@Nullable String named, Path cache) {
        return new LibrarySearch(
                Platform.current(),
                new Settings(named, "logalign.blas", cache.toString(), Map.of(), null));
    }

    @Test
    void theBundledLibraryIsFoundAndHasOneThread() {
        BlasInfo info = Blas.get().info();
        assertEquals(1, info.threads());
        assertTrue(info.attempts().getLast().outcome().equals("loaded"));
        assertTrue(String.valueOf(info.config()).contains("OpenBLAS"), info::toString);
    }

    @Test
    void aNamedLibraryIsTheOnlyOneTried() {
        BlasException failure = assertThrows(BlasException.class,
                () -> search("/no/such/libopenblas.so", folder).find());
        assertTrue(failure.getMessage().contains("/no/such/libopenblas.so (no such file)"), failure.getMessage());
        assertTrue(failure.getMessage().contains("logalign.blas"), failure.getMessage());
    }

    @Test
    void aFolderIsNoLibrary() {
        BlasException failure = assertThrows(BlasException.class, () -> search(folder.toString(), folder).find());
        assertTrue(failure.getMessage().contains(folder + " (it is a folder, not a library)"), failure.getMessage());
        BlasException device = assertThrows(BlasException.class, () -> search("/dev/null", folder).find());
        assertTrue(device.getMessage().contains("/dev/null (it is not a regular file"), device.getMessage());
    }

    @Test
    void whatIsNoLibraryIsSaidSo() throws IOException {
        Path text = Files.writeString(folder.resolve("libopenblas.so"), "this is text");
        BlasException failure = assertThrows(BlasException.class, () -> search(text.toString(), folder).find());
        assertTrue(failure.getMessage().contains(text.toString()), failure.getMessage());
        String reason = String.valueOf(SystemLoader.refusal(text.toString()));
        assertTrue(failure.getMessage().contains(text + " (" + reason + ")"), failure.getMessage());
        assertFalse(reason.contains(text.toString()), reason);
    }

    @Test
    void wantOfMemoryIsNoFaultOfTheFile() {
        assertTrue(SystemLoader.isWantOfMemory("failed to map segment from shared object: Cannot allocate memory"));
        assertTrue(SystemLoader.isWantOfMemory("failed to map segment from shared object"));
        assertFalse(SystemLoader.isWantOfMemory("failed to map segment from shared object: Operation not permitted"));
        assertFalse(SystemLoader.isWantOfMemory("cannot open shared object file: No such file or directory"));
    }

    @Test
    void aLibraryWithoutLapackIsRefusedWithWhatItLacks() {
        // The C library is a library that everyone has, and not a BLAS.
        BlasException failure = assertThrows(BlasException.class, () -> search("libc.so.6", folder).find());
        assertTrue(failure.getMessage().contains("dgesdd_"), failure.getMessage());
    }

    @Test
    void everyFailureNamesAllThatWasTried() {
        Platform none = new Platform("plan9-vax", List.of("libopenblas.so"), List.of("libnothing.so.9"));
        LibrarySearch search = new LibrarySearch(none, new Settings(null, "x", null, Map.of(), null));
        BlasException failure = assertThrows(BlasException.class, search::find);
        assertTrue(failure.getMessage().contains("org.bytedeco:openblas:plan9-vax"), failure.getMessage());
        assertTrue(failure.getMessage().contains("libnothing.so.9"), failure.getMessage());
    }

    @Test
    void damagedCachesAreRepaired() throws IOException {
        BlasInfo first = search(null, folder).find().info();
        Path library = Path.of(first.path());
        assertTrue(library.startsWith(folder));
        long size = Files.size(library);
        Files.delete(library);
        Files.writeString(library, "damaged");
        BlasInfo second = search(null, folder).find().info();
        assertEquals(first.path(), second.path());
        assertEquals(size, Files.size(library));
        try (Stream<Path> files = Files.list(library.getParent())) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")));
        }
    }

    @Test
    void aCacheThatCannotBeWrittenIsNoObstacle() throws IOException {
        Path file = Files.createFile(folder.resolve("not-a-folder"));
        BlasInfo info = search(null, file.resolve("cache")).find().info();
        List<Attempt> attempts = info.attempts();
        assertEquals(2, attempts.size(), attempts::toString);
        assertTrue(attempts.getFirst().place().startsWith(file.toString()));
        assertEquals("Not a directory", attempts.getFirst().outcome());
        assertEquals(Origin.BUNDLED, info.origin());
    }

    @Test
    void platformsHaveTheirNames() {
        assertEquals("linux-x86_64", Platform.of("Linux", "amd64").classifier());
        assertEquals("linux-arm64", Platform.of("Linux", "aarch64").classifier());
        assertEquals("macosx-arm64", Platform.of("Mac OS X", "aarch64").classifier());
        assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64").classifier());
        assertEquals(
                Path.of("/home/u/.cache/logalign"),
                Platform.of("Linux", "amd64").userCache(Map.of("XDG_CACHE_HOME", "relative"), "/home/u"));
        assertEquals(
                Path.of("/x/logalign"), Platform.of("Linux", "amd64").userCache(Map.of("XDG_CACHE_HOME", "/x"), "/h"));
    }

    @Test
    void anOptionalRoutineIsMissedByNobodyAndItsAbsenceHasAReason() {
        Library library = search(null, folder).find();
        Subroutine unheardOf = Subroutine.optional("unheardof", 1, 0);
        Subroutine gemm = Subroutine.optional("gemm", 13, 2);
        assertEquals(List.of(), library.missing(List.of(unheardOf, gemm)));
        assertEquals(
                List.of("dunheardof_", "sunheardof_"),
                library.missing(List.of(Subroutine.required("unheardof", 1, 0), gemm)));
        Subroutines subroutines = new Subroutines(library);
        assertNull(subroutines.absence(gemm, Real.SINGLE));
        String reason = String.valueOf(subroutines.absence(unheardOf, Real.SINGLE));
        assertTrue(reason.contains("has no sunheardof"), reason);
    }

    private static void fill(Real real, MemorySegment segment, double... values) {
        for (int i = 0; i < values.length; i++) {
            if (real == Real.DOUBLE) {
                segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
            } else {
                segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
            }
        }
    }

    private static double at(Real real, MemorySegment segment, int i) {
        return real == Real.DOUBLE
                ? segment.getAtIndex(ValueLayout.JAVA_DOUBLE, i)
                : segment.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    @ParameterizedTest
    @EnumSource(Real.class)
    void singularValuesOfAKnownMatrix(Real real) {
        Blas.onLargeStack(() -> {
            try (NativeBuffer a = NativeBuffer.allocate(4L * real.bytes());
                    NativeBuffer s = NativeBuffer.allocate(2L * real.bytes());
                    NativeBuffer u = NativeBuffer.allocate(4L * real.bytes());
                    NativeBuffer vt = NativeBuffer.allocate(4L * real.bytes())) {
                for (int run = 0; run < 4; run++) {
                    int driver = run % 2;
                    int wanted = run / 2;
                    fill(real, a.segment(), 3, 4, 0, 5);
                    Block matrix = Block.of(real, a.segment(), 2, 2);
                    Svd.Vectors vectors = wanted == 0
                            ? null
                            : new Svd.Vectors(Block.of(real, u.segment(), 2, 2), Block.of(real, vt.segment(), 2, 2));
                    int info = driver == 0
                            ? Blas.get().svd().gesdd(matrix, s.segment(), vectors)
                            : Blas.get().svd().gesvd(matrix, s.segment(), vectors);
                    assertEquals(0, info);
                    double unit = real == Real.DOUBLE ? 1e-14 : 1e-6;
                    assertEquals(Math.sqrt(45), at(real, s.segment(), 0), 10 * unit);
                    assertEquals(Math.sqrt(5), at(real, s.segment(), 1), 10 * unit);
                }
            }
            return 0;
        });
    }

    @ParameterizedTest
    @EnumSource(Real.class)
    void productsAndEigenvalues(Real real) {
        Blas.onLargeStack(() -> {
            try (NativeBuffer a = NativeBuffer.allocate(4L * real.bytes());
                    NativeBuffer c = NativeBuffer.allocate(4L * real.bytes());
                    NativeBuffer w = NativeBuffer.allocate(2L * real.bytes());
                    NativeBuffer e = NativeBuffer.allocate(2L * real.bytes());
                    NativeBuffer tau = NativeBuffer.allocate(2L * real.bytes())) {
                fill(real, a.segment(), 1, 2, 3, 4);
                Block matrix = Block.of(real, a.segment(), 2, 2);
                Block square = Block.of(real, c.segment(), 2, 2);
                Blas.get().level3().gemm(1, matrix, matrix.transposed(), 0, square);
                assertEquals(10, at(real, c.segment(), 0));
                assertEquals(14, at(real, c.segment(), 1));
                assertEquals(20, at(real, c.segment(), 3));
                fill(real, c.segment(), 0, 0, 0, 0);
                Blas.get().level3().syrk(matrix, 1, square);
                assertEquals(14, at(real, c.segment(), 2));
                MemorySegment.copy(c.segment(), 2L * real.bytes(), c.segment(), real.bytes(), real.bytes());
                Blas.get().tridiagonal().sytrd(square, w.segment(), e.segment(), tau.segment());
                assertEquals(0, Blas.get().tridiagonal().stedc(real, 2, w.segment(), e.segment(), matrix));
                assertEquals(30, at(real, w.segment(), 0) + at(real, w.segment(), 1), 1e-4);
            }
            return 0;
        });
    }

    private static void refused(Executable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    @Test
    void argumentsAreCheckedBeforeTheLibrarySeesThem() {
        try (NativeBuffer small = NativeBuffer.allocate(8)) {
            MemorySegment s = small.segment();
            Blas blas = Blas.get();
            Block one = Block.of(Real.DOUBLE, s, 1, 1);
            Block narrow = Block.of(Real.SINGLE, s, 2, 1);
            refused(() -> Block.of(Real.DOUBLE, s, 2, 2));
            refused(() -> Block.of(Real.DOUBLE, s, 2, 1, 1));
            refused(() -> Block.of(Real.DOUBLE, s, 0, 1));
            refused(() -> Block.of(Real.DOUBLE, MemorySegment.ofArray(new double[1]), 1, 1));
            refused(() -> blas.svd().gesdd(narrow, s, new Svd.Vectors(one, one)));
            refused(() -> blas.svd().gesvd(narrow.transposed(), s, null));
            refused(() -> blas.tridiagonal().stedc(Real.DOUBLE, 0, s, s, null));
            refused(() -> blas.tridiagonal().stedc(Real.DOUBLE, 2, s, s, null));
            refused(() -> blas.tridiagonal().sytrd(narrow, s, s, s));
            refused(() -> blas.qr().geqrf(one, s.asSlice(4)));
            refused(() -> blas.qr().orgqr(one, 2, s));
            refused(() -> blas.qr().ormqr(narrow, s, one));
            refused(() -> blas.qr().tpqrt(one, narrow, 0, 1));
            refused(() -> blas.qr().larft(narrow, s, one));
            refused(() -> blas.level3().gemm(1, narrow, narrow, 0, narrow));
            refused(() -> blas.level3().gemm(1, one, one, 0, one.transposed()));
            refused(() -> blas.level3().syrk(narrow, 0, narrow));
        }
    }

    @Test
    void workspacesBeyondThirtyTwoBitsAreRefused() {
        // Addresses only: the check comes before anything is read.
        MemorySegment huge = MemorySegment.ofAddress(64).reinterpret(Long.MAX_VALUE / 2);
        Block square = Block.of(Real.DOUBLE, huge, 26754, 26754);
        BlasException svd = assertThrows(
                BlasException.class,
                () -> Blas.get().svd().gesdd(square, huge, new Svd.Vectors(square, square)));
        assertTrue(svd.getMessage().contains("26754 x 26754"), svd.getMessage());
        Block vectors = Block.of(Real.DOUBLE, huge, 46_339, 46_339);
        assertThrows(
                BlasException.class, () -> Blas.get().tridiagonal().stedc(Real.DOUBLE, 46_339, huge, huge, vectors));
    }

    @Test
    void infoIsExplained() {
        assertTrue(Blas.explain("dgesdd", 3).contains("INFO = 3: the divide and conquer"));
        assertTrue(Blas.explain("sgesvd", 2).contains("2 superdiagonals"));
    }

    @Test
    void closedScratchIsNotReadable() {
        NativeBuffer scratch = NativeBuffer.allocate(64);
        assertEquals(0, scratch.segment().address() % 64);
        scratch.close();
        scratch.close();
        assertThrows(IllegalStateException.class, scratch::segment);
    }

    @Test
    void interruptsAreKeptForLater() {
        Thread.currentThread().interrupt();
        int result = Blas.onLargeStack(() -> 7);
        assertEquals(7, result);
        assertTrue(Thread.interrupted());
    }

    @Test
    void failuresComeBackFromTheOtherThread() {
        assertThrows(ArithmeticException.class, () -> Blas.onLargeStack(() -> {
            throw new ArithmeticException();
        }));
        assertThrows(StackOverflowError.class, () -> Blas.onLargeStack(() -> {
            throw new StackOverflowError();
        }));
    }

    @Test
    void callsWithinCallsDoNotWaitForEachOther() throws ExecutionException, InterruptedException {
        try (var pool = Executors.newFixedThreadPool(16)) {
            List<Future<Integer>> futures = Stream.generate(() -> pool.submit(
                    () -> Blas.onLargeStack(() -> Blas.onLargeStack(() -> Blas.onLargeStack(() -> 1)))))
                    .limit(64)
                    .toList();
            for (Future<Integer> future : futures) {
                assertEquals(1, future.get());
            }
        }
    }
}
