package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The symmetric eigenproblem in its two steps: to tridiagonal form, and the eigenvectors of that. */
public final class Tridiagonal {

    private static final Subroutine SYTRD = Subroutine.required("sytrd", 10, 1);
    private static final Subroutine STEDC = Subroutine.required("stedc", 11, 1);

    static final List<Subroutine> ROUTINES = List.of(SYTRD, STEDC);

    private final Subroutines subroutines;

    Tridiagonal(Subroutines subroutines) {
        this.subroutines = subroutines;
    }

    /**
     * A = Q T Q^T with T tridiagonal (xSYTRD): Q's reflectors replace A's lower triangle below the subdiagonal.
     *
     * @param a n x n, only its lower triangle is read
     * @param d the n diagonal elements of T
     * @param e its n - 1 subdiagonal elements, in n
     * @param tau the n - 1 factors of the reflectors, in n
     */
    public void sytrd(Block a, MemorySegment d, MemorySegment e, MemorySegment tau) {
        a.requireAsStored("A");
        Real real = a.real();
        int n = a.columns();
        if (a.rows() != n) {
            throw new IllegalArgumentException(a + " is not square");
        }
        Block.checkVector(real, "D", d, n);
        Block.checkVector(real, "E", e, n);
        Block.checkVector(real, "TAU", tau, n);
        int lwork = Subroutines.workspace(SYTRD, real, n, n, (long) Subroutines.BLOCK * n);
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            subroutines.run(SYTRD, real, (subroutine, arguments, info) -> {
                subroutine.invokeExact(
                        arguments.character('L'), arguments.integer(n), a.segment(), arguments.integer(a.ld()), d, e,
                        tau, work.segment(), arguments.integer(lwork), info, 1L);
            });
        }
    }

    /**
     * The eigenvalues of a symmetric tridiagonal matrix, ascending, and its eigenvectors, by divide and conquer (xSTEDC).
     *
     * @param n the size of the matrix
     * @param d n diagonal elements, replaced by the eigenvalues
     * @param e n - 1 subdiagonal elements, destroyed
     * @param z where n x n eigenvectors go, one a column, or null if they are not wanted
     * @return INFO: 0, or a positive number if it did not converge
     * @throws BlasException if the workspace is beyond 32-bit sizes: n of 46,339 or more with vectors
     */
    public int stedc(Real real, int n, MemorySegment d, MemorySegment e, @Nullable Block z) {
        boolean fits = z == null || (z.rows() == n && z.columns() == n && z.real() == real && !z.isTransposed());
        if (n < 1 || !fits) {
            throw new IllegalArgumentException("the eigenvectors of " + n + " x " + n + " do not fit " + z);
        }
        Block.checkVector(real, "D", d, n);
        Block.checkVector(real, "E", e, n - 1);
        int lwork = Subroutines.workspace(STEDC, real, n, n, z == null ? 1 : 1 + 4L * n + (long) n * n);
        MemorySegment vectors = z == null ? MemorySegment.NULL : z.segment();
        int ldz = z == null ? n : z.ld();
        int liwork = z == null ? 1 : Math.addExact(3, Math.multiplyExact(5, n));
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes());
                NativeBuffer iwork = NativeBuffer.allocate((long) liwork * Integer.BYTES)) {
            return subroutines.call(STEDC, real, (subroutine, arguments, info) -> {
                subroutine.invokeExact(
                        arguments.character(z == null ? 'N' : 'I'), arguments.integer(n), d, e,
                        vectors, arguments.integer(ldz), work.segment(), arguments.integer(lwork), iwork.segment(),
                        arguments.integer(liwork), info,
                        1L);
            });
        }
    }
}
