package io.github.logalign.internal.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The routines of BLAS and LAPACK that this project needs, by hand. Matrices are column-major and native; every argument
 * is checked here, since the library would print to stdout or crash.
 *
 * <p>LAPACK needs a large stack: call everything here from within {@link #onLargeStack}. Matrices must hold finite
 * numbers: an infinity makes some routines loop for ever.
 *
 * <p>Thread safety: any number of threads may call at once with memory of their own.
 */
public final class Blas {

    /** The system property that names the library to load. */
    public static final String PROPERTY = "logalign.blas";

    /** The environment variable that names the library to load, where the property is not set. */
    public static final String VARIABLE = "LOGALIGN_BLAS";

    /** The system property that names the folder for extracted natives. */
    public static final String CACHE_PROPERTY = "logalign.cache";

    /** The environment variable that names the folder for extracted natives, where the property is not set. */
    public static final String CACHE_VARIABLE = "LOGALIGN_CACHE";

    /** What a routine does not do to a matrix. */
    public static final char NO = 'N';

    /** Read transposed. */
    public static final char TRANSPOSED = 'T';

    /** Rows or columns of work that the blocked routines take at a time. */
    private static final int BLOCK = 64;

    private final Library library;
    private final ConcurrentMap<String, MethodHandle> handles = new ConcurrentHashMap<>();

    Blas(Library library) {
        this.library = library;
    }

    /**
     * The library of this process, loaded on the first call.
     *
     * @throws BlasException if there is none, with every place that was tried
     */
    public static Blas get() {
        Loading.Outcome outcome = Loading.outcome();
        if (outcome.blas() == null) {
            throw new BlasException(String.valueOf(outcome.error()));
        }
        return outcome.blas();
    }

    /** Whether there is a library; it is loaded on the first call. */
    public static boolean isThere() {
        return Loading.outcome().blas() != null;
    }

    /** What was loaded and how it was found. */
    public BlasInfo info() {
        return library.info();
    }

    /**
     * Runs a task on a platform thread with a stack that LAPACK fits on, and waits for it. From such a thread it runs at
     * once. Interrupting the caller does not interrupt the task.
     */
    public static <T> T onLargeStack(Supplier<T> task) {
        return LargeStack.call(task);
    }

    /**
     * Runs tasks as {@link #onLargeStack} does, side by side, and waits for all of them.
     *
     * @param task gets the numbers from 0 to count - 1
     * @return the results, by number
     */
    public static <T> List<T> onLargeStacks(int count, IntFunction<T> task) {
        return LargeStack.callAll(count, task);
    }

    // ---- factorisations -------------------------------------------------------------------------------------------

    /** The factors that a singular value decomposition is asked for. */
    public enum Factors {
        /** Singular values only. */
        NONE('N'),
        /** The first min(m, n) left and right singular vectors. */
        THIN('S');

        private final char job;

        Factors(char job) {
            this.job = job;
        }
    }

    /**
     * Singular values and vectors by divide and conquer (xGESDD). A is destroyed.
     *
     * @param s min(m, n) singular values, descending
     * @param u m x min(m, n), ignored without factors
     * @param vt min(m, n) x n, ignored without factors
     * @return INFO: 0, or a positive number if it did not converge
     * @throws BlasException if the workspace is beyond 32-bit sizes
     */
    public int gesdd(
            Real real,
            Factors factors,
            int m,
            int n,
            MemorySegment a,
            int lda,
            MemorySegment s,
            MemorySegment u,
            int ldu,
            MemorySegment vt,
            int ldvt) {
        checkSvd(real, factors, m, n, a, lda, s, u, ldu, vt, ldvt);
        long small = Math.min(m, n);
        long large = Math.max(m, n);
        // The documented bounds; the query's own answer wraps for large sizes.
        long bound = factors == Factors.NONE
                ? 3 * small + Math.max(large, 7 * small)
                : 4 * small * small + 7 * small;
        String name = real.routine("gesdd");
        int lwork = workspace(name, m, n, bound(bound, 3 * small + (m + (long) n) * BLOCK));
        MethodHandle handle = handle(name, 14, 1);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes());
                NativeBuffer iwork = NativeBuffer.allocate(8 * small * Integer.BYTES)) {
            MemorySegment info = args.integer(0);
            handle.invokeExact(
                    args.character(factors.job), args.integer(m), args.integer(n), a, args.integer(lda), s, u,
                    args.integer(ldu), vt, args.integer(ldvt), work.segment(), args.integer(lwork), iwork.segment(),
                    info,
                    1L);
            return outcome(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /** As {@link #gesdd}, by QR iteration (xGESVD): slower, but it converges where that one does not. */
    public int gesvd(
            Real real,
            Factors factors,
            int m,
            int n,
            MemorySegment a,
            int lda,
            MemorySegment s,
            MemorySegment u,
            int ldu,
            MemorySegment vt,
            int ldvt) {
        checkSvd(real, factors, m, n, a, lda, s, u, ldu, vt, ldvt);
        long small = Math.min(m, n);
        long large = Math.max(m, n);
        long bound = Math.max(3 * small + large, 5 * small);
        String name = real.routine("gesvd");
        // More than the bound lets it take the triangle first: small^2 + what that step asks for.
        int lwork = workspace(name, m, n, bound(bound, small * small + 4 * small + (m + (long) n) * BLOCK));
        MethodHandle handle = handle(name, 14, 2);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            MemorySegment info = args.integer(0);
            MemorySegment job = args.character(factors.job);
            handle.invokeExact(
                    job, job, args.integer(m), args.integer(n), a, args.integer(lda), s, u, args.integer(ldu), vt,
                    args.integer(ldvt), work.segment(), args.integer(lwork), info, 1L, 1L);
            return outcome(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    private static void checkSvd(
            Real real,
            Factors factors,
            int m,
            int n,
            MemorySegment a,
            int lda,
            MemorySegment s,
            MemorySegment u,
            int ldu,
            MemorySegment vt,
            int ldvt) {
        int small = Math.min(m, n);
        checkMatrix(real, "A", a, m, n, lda);
        checkMatrix(real, "S", s, small, 1, small);
        if (factors == Factors.THIN) {
            checkMatrix(real, "U", u, m, small, ldu);
            checkMatrix(real, "VT", vt, small, n, ldvt);
        } else {
            checkMatrix(real, "U", u, 1, 1, ldu);
            checkMatrix(real, "VT", vt, 1, 1, ldvt);
        }
    }

    /**
     * A = Q T Q^T with T tridiagonal (xSYTRD): Q's reflectors replace A's lower triangle below the subdiagonal.
     *
     * @param a n x n, only its lower triangle is read
     * @param d the n diagonal elements of T
     * @param e its n - 1 subdiagonal elements, in n
     * @param tau the n - 1 factors of the reflectors, in n
     */
    public void sytrd(Real real, int n, MemorySegment a, int lda, MemorySegment d, MemorySegment e,
            MemorySegment tau) {
        checkMatrix(real, "A", a, n, n, lda);
        checkMatrix(real, "D", d, n, 1, n);
        checkMatrix(real, "E", e, n, 1, n);
        checkMatrix(real, "TAU", tau, n, 1, n);
        String name = real.routine("sytrd");
        int lwork = workspace(name, n, n, (long) BLOCK * n);
        MethodHandle handle = handle(name, 10, 1);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            MemorySegment info = args.integer(0);
            handle.invokeExact(
                    args.character('L'), args.integer(n), a, args.integer(lda), d, e, tau, work.segment(),
                    args.integer(lwork), info, 1L);
            converged(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /**
     * The eigenvalues of a symmetric tridiagonal matrix, ascending, and its eigenvectors, by divide and conquer (xSTEDC).
     *
     * @param vectors whether eigenvectors are wanted
     * @param d n diagonal elements, replaced by the eigenvalues
     * @param e n - 1 subdiagonal elements, destroyed
     * @param z n x n eigenvectors, ignored if they are not wanted
     * @return INFO: 0, or a positive number if it did not converge
     * @throws BlasException if the workspace is beyond 32-bit sizes: n of 46,339 or more with vectors
     */
    public int stedc(Real real, boolean vectors, int n, MemorySegment d, MemorySegment e, MemorySegment z, int ldz) {
        checkMatrix(real, "D", d, n, 1, n);
        checkMatrix(real, "E", e, Math.max(1, n - 1), 1, Math.max(1, n - 1));
        checkMatrix(real, "Z", z, vectors ? n : 1, vectors ? n : 1, ldz);
        String name = real.routine("stedc");
        int lwork = workspace(name, n, n, vectors ? 1 + 4L * n + (long) n * n : 1);
        int liwork = vectors ? Math.addExact(3, Math.multiplyExact(5, n)) : 1;
        MethodHandle handle = handle(name, 11, 1);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes());
                NativeBuffer iwork = NativeBuffer.allocate((long) liwork * Integer.BYTES)) {
            MemorySegment info = args.integer(0);
            handle.invokeExact(
                    args.character(vectors ? 'I' : 'N'), args.integer(n), d, e, z, args.integer(ldz), work.segment(),
                    args.integer(lwork), iwork.segment(), args.integer(liwork), info, 1L);
            return outcome(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /**
     * The triangle T of a product of k reflectors, H = I - V T V^T (xLARFT).
     *
     * @param v n x k, one reflector a column, with ones on and zeros above the diagonal
     * @param tau their k factors
     * @param t k x k, only its upper triangle is written
     */
    public void larft(Real real, int n, int k, MemorySegment v, int ldv, MemorySegment tau, MemorySegment t, int ldt) {
        checkMatrix(real, "V", v, n, k, ldv);
        checkMatrix(real, "TAU", tau, k, 1, k);
        checkMatrix(real, "T", t, k, k, ldt);
        MethodHandle handle = handle(real.routine("larft"), 9, 2);
        try (Arguments args = Arguments.ofThisThread()) {
            handle.invokeExact(
                    args.character('F'), args.character('C'), args.integer(n), args.integer(k), v, args.integer(ldv),
                    tau, t, args.integer(ldt), 1L, 1L);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /**
     * A = QR (xGEQRF): R in the upper triangle, the reflectors below it and in tau.
     *
     * @param tau min(m, n) elements
     */
    public void geqrf(Real real, int m, int n, MemorySegment a, int lda, MemorySegment tau) {
        checkMatrix(real, "A", a, m, n, lda);
        checkMatrix(real, "TAU", tau, Math.min(m, n), 1, Math.min(m, n));
        String name = real.routine("geqrf");
        int lwork = workspace(name, m, n, (long) n * BLOCK);
        MethodHandle handle = handle(name, 8, 0);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            MemorySegment info = args.integer(0);
            handle.invokeExact(
                    args.integer(m), args.integer(n), a, args.integer(lda), tau, work.segment(), args.integer(lwork),
                    info);
            converged(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /** The first n columns of Q from the k reflectors of {@link #geqrf} (xORGQR), in their place: m x n, m >= n >= k. */
    public void orgqr(Real real, int m, int n, int k, MemorySegment a, int lda, MemorySegment tau) {
        checkMatrix(real, "A", a, m, n, lda);
        checkMatrix(real, "TAU", tau, k, 1, k);
        if (n > m || k > n) {
            throw new IllegalArgumentException("m >= n >= k does not hold for " + m + ", " + n + ", " + k);
        }
        String name = real.routine("orgqr");
        int lwork = workspace(name, m, n, (long) n * BLOCK);
        MethodHandle handle = handle(name, 9, 0);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            MemorySegment info = args.integer(0);
            handle.invokeExact(
                    args.integer(m), args.integer(n), args.integer(k), a, args.integer(lda), tau, work.segment(),
                    args.integer(lwork), info);
            converged(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /** C = Q C with the k reflectors of {@link #geqrf} (xORMQR); C is m x n, the reflectors are m x k. */
    public void ormqr(
            Real real, int m, int n, int k, MemorySegment a, int lda, MemorySegment tau, MemorySegment c, int ldc) {
        checkMatrix(real, "A", a, m, k, lda);
        checkMatrix(real, "TAU", tau, k, 1, k);
        checkMatrix(real, "C", c, m, n, ldc);
        String name = real.routine("ormqr");
        int lwork = workspace(name, m, n, (long) n * BLOCK + (BLOCK + 1) * BLOCK);
        MethodHandle handle = handle(name, 13, 2);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            MemorySegment info = args.integer(0);
            handle.invokeExact(
                    args.character('L'), args.character(NO), args.integer(m), args.integer(n), args.integer(k), a,
                    args.integer(lda), tau, c, args.integer(ldc), work.segment(), args.integer(lwork), info, 1L, 1L);
            converged(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /**
     * Folds more rows into a triangle (xTPQRT): R becomes the triangle of [R; B]. B is destroyed.
     *
     * @param m the rows of B
     * @param n its columns
     * @param trapezoid how many of its last rows are the rows of an upper triangle: 0 if B is full, n if it is a triangle
     * @param block columns taken at a time, at most n
     * @param r n x n, only its upper triangle is read and written
     * @param b m x n
     */
    public void tpqrt(Real real, int m, int n, int trapezoid, int block, MemorySegment r, int ldr, MemorySegment b,
            int ldb) {
        checkMatrix(real, "A", r, n, n, ldr);
        checkMatrix(real, "B", b, m, n, ldb);
        Objects.checkFromToIndex(1, block, n);
        Objects.checkFromToIndex(0, trapezoid, Math.min(m, n));
        String name = real.routine("tpqrt");
        MethodHandle handle = handle(name, 12, 0);
        try (Arguments args = Arguments.ofThisThread();
                NativeBuffer t = NativeBuffer.allocate((long) block * n * real.bytes());
                NativeBuffer work = NativeBuffer.allocate((long) block * n * real.bytes())) {
            MemorySegment info = args.integer(0);
            MemorySegment blockSize = args.integer(block);
            handle.invokeExact(
                    args.integer(m), args.integer(n), args.integer(trapezoid), blockSize, r, args.integer(ldr), b,
                    args.integer(ldb), t.segment(), blockSize, work.segment(), info);
            converged(name, info);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    // ---- products -------------------------------------------------------------------------------------------------

    /**
     * C = op(A) op(A)^T + beta C, upper triangle only (xSYRK); op(A) is n x k.
     *
     * @param trans {@link #NO} or {@link #TRANSPOSED}
     */
    public void syrk(Real real, char trans, int n, int k, MemorySegment a, int lda, double beta, MemorySegment c,
            int ldc) {
        checkMatrix(real, "A", a, trans == NO ? n : k, trans == NO ? k : n, lda);
        checkMatrix(real, "C", c, n, n, ldc);
        MethodHandle handle = handle(real.routine("syrk"), 10, 2);
        try (Arguments args = Arguments.ofThisThread()) {
            handle.invokeExact(
                    args.character('U'), args.character(trans), args.integer(n), args.integer(k), args.real(real, 1), a,
                    args.integer(lda), args.real(real, beta), c, args.integer(ldc), 1L, 1L);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /**
     * C = alpha op(A) op(B) + beta C (xGEMM); op(A) is m x k, op(B) k x n.
     *
     * @param transA {@link #NO} or {@link #TRANSPOSED}
     * @param transB {@link #NO} or {@link #TRANSPOSED}
     */
    public void gemm(
            Real real,
            char transA,
            char transB,
            int m,
            int n,
            int k,
            double alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            double beta,
            MemorySegment c,
            int ldc) {
        checkMatrix(real, "A", a, transA == NO ? m : k, transA == NO ? k : m, lda);
        checkMatrix(real, "B", b, transB == NO ? k : n, transB == NO ? n : k, ldb);
        checkMatrix(real, "C", c, m, n, ldc);
        MethodHandle handle = handle(real.routine("gemm"), 13, 2);
        try (Arguments args = Arguments.ofThisThread()) {
            handle.invokeExact(
                    args.character(transA), args.character(transB), args.integer(m), args.integer(n), args.integer(k),
                    args.real(real, alpha), a, args.integer(lda), b, args.integer(ldb), args.real(real, beta), c,
                    args.integer(ldc), 1L, 1L);
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    // ---- what they share ------------------------------------------------------------------------------------------

    private MethodHandle handle(String name, int arguments, int characters) {
        MethodHandle known = handles.get(name);
        if (known != null) {
            return known;
        }
        return handles.computeIfAbsent(name, missing -> library.subroutine(missing, arguments, characters));
    }

    private static void checkMatrix(Real real, String name, MemorySegment matrix, int rows, int columns, int ld) {
        if (rows < 1 || columns < 1 || ld < rows) {
            throw new IllegalArgumentException(
                    name + " cannot be " + rows + " x " + columns + " with leading dimension " + ld);
        }
        long needed = ((long) ld * (columns - 1) + rows) * real.bytes();
        if (matrix.byteSize() < needed || !matrix.isNative()) {
            throw new IllegalArgumentException(
                    name + " needs " + needed + " native bytes, its segment is " + matrix);
        }
    }

    /** The least that is needed, or what makes a routine fast where 32-bit sizes allow it. */
    private static long bound(long least, long fast) {
        return Math.max(least, Math.min(fast, Integer.MAX_VALUE));
    }

    private static int workspace(String name, int m, int n, long elements) {
        if (elements > Integer.MAX_VALUE) {
            throw new BlasException(name + " cannot factorise " + m + " x " + n
                    + ": its workspace is beyond 32-bit sizes; use the norm form, which needs no factorisation");
        }
        return Math.max(1, (int) elements);
    }

    private static void converged(String name, MemorySegment info) {
        int outcome = outcome(name, info);
        if (outcome != 0) {
            throw new IllegalStateException(name + " returned INFO = " + outcome + ", which it does not document");
        }
    }

    private static int outcome(String name, MemorySegment info) {
        int outcome = info.get(ValueLayout.JAVA_INT, 0);
        if (outcome < 0) {
            throw new IllegalStateException(name + " refused its argument number " + -outcome);
        }
        return outcome;
    }

    /**
     * What a positive INFO means.
     *
     * @param routine its full name
     * @param info the positive number
     */
    public static String explain(String routine, int info) {
        String stem = routine.substring(1);
        return routine + " returned INFO = " + info
                + switch (stem) {
                    case "gesdd" -> ": the divide and conquer for singular values did not converge";
                    case "gesvd" -> ": " + info + " superdiagonals of the bidiagonal form did not converge to zero";
                    case "stedc" -> ": the divide and conquer for eigenvalues did not converge";
                    default -> "";
                };
    }

    /** The small arguments of one call, which Fortran takes by reference: every thread's calls use the same memory. */
    private static final class Arguments implements AutoCloseable {

        private static final int SLOT = Long.BYTES;
        private static final int SLOTS = 16;
        private static final ThreadLocal<Arguments> OF_THREAD = ThreadLocal.withInitial(Arguments::new);

        private final MemorySegment[] slots = new MemorySegment[SLOTS];
        private int used;

        private Arguments() {
            MemorySegment memory = Arena.ofAuto().allocate((long) SLOTS * SLOT, SLOT);
            for (int i = 0; i < SLOTS; i++) {
                slots[i] = memory.asSlice((long) i * SLOT, SLOT);
            }
        }

        /** For one call: none is made within another. */
        static Arguments ofThisThread() {
            return OF_THREAD.get();
        }

        private MemorySegment slot() {
            return slots[used++];
        }

        MemorySegment integer(int value) {
            MemorySegment slot = slot();
            slot.set(ValueLayout.JAVA_INT, 0, value);
            return slot;
        }

        MemorySegment character(char value) {
            MemorySegment slot = slot();
            slot.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
            return slot;
        }

        MemorySegment real(Real real, double value) {
            MemorySegment slot = slot();
            if (real == Real.DOUBLE) {
                slot.set(ValueLayout.JAVA_DOUBLE, 0, value);
            } else {
                slot.set(ValueLayout.JAVA_FLOAT, 0, (float) value);
            }
            return slot;
        }

        @Override
        public void close() {
            used = 0;
        }
    }
}
