package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Singular value decompositions. */
public final class Svd {

    private static final Subroutine GESDD = Subroutine.required("gesdd", 14, 1);
    private static final Subroutine GESVD = Subroutine.required("gesvd", 14, 2);

    static final List<Subroutine> ROUTINES = List.of(GESDD, GESVD);

    private final Subroutines subroutines;

    Svd(Subroutines subroutines) {
        this.subroutines = subroutines;
    }

    /**
     * Where the singular vectors of an m x n matrix go.
     *
     * @param u m x min(m, n), left vectors, one a column
     * @param vt min(m, n) x n, right vectors, one a row
     */
    public record Vectors(Block u, Block vt) {

        private void checkFor(Block a) {
            u.requireAsStored("U");
            vt.requireAsStored("VT");
            boolean fit = u.rows() == a.rows() && u.columns() == a.small() && vt.rows() == a.small()
                    && vt.columns() == a.columns() && u.real() == a.real() && vt.real() == a.real();
            if (!fit) {
                throw new IllegalArgumentException(this + " do not fit " + a);
            }
        }
    }

    /**
     * The arguments that both drivers end their list of matrices with; U and VT are not accessed where no vectors are
     * requested.
     */
    private record Targets(char job, MemorySegment u, int ldu, MemorySegment vt, int ldvt) {

        static Targets of(Block a, MemorySegment s, @Nullable Vectors vectors) {
            a.requireAsStored("A");
            Block.checkVector(a.real(), "S", s, a.small());
            if (vectors == null) {
                return new Targets('N', MemorySegment.NULL, a.rows(), MemorySegment.NULL, a.small());
            }
            vectors.checkFor(a);
            return new Targets('S', vectors.u.segment(), vectors.u.ld(), vectors.vt.segment(), vectors.vt.ld());
        }
    }

    /**
     * Singular values and vectors by divide and conquer (xGESDD). A is destroyed.
     *
     * @param s as many singular values as A's smaller side, descending
     * @param vectors where the vectors go, or null if they are not wanted
     * @return INFO: 0, or a positive number if it did not converge
     * @throws BlasException if the workspace is beyond 32-bit sizes
     */
    public int gesdd(Block a, MemorySegment s, @Nullable Vectors vectors) {
        Targets to = Targets.of(a, s, vectors);
        int m = a.rows();
        int n = a.columns();
        long small = a.small();
        long large = Math.max(m, n);
        long least = vectors == null
                ? 3 * small + Math.max(large, 7 * small)
                : 4 * small * small + 7 * small;
        int lwork = Subroutines.workspace(GESDD, a.real(), m, n,
                Subroutines.leastOrFast(least, 3 * small + (m + (long) n) * Subroutines.BLOCK));
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * a.real().bytes());
                NativeBuffer iwork = NativeBuffer.allocate(8 * small * Integer.BYTES)) {
            return subroutines.call(GESDD, a.real(), (subroutine, arguments, info) -> {
                subroutine.invokeExact(
                        arguments.character(to.job), arguments.integer(m), arguments.integer(n), a.segment(),
                        arguments.integer(a.ld()), s, to.u, arguments.integer(to.ldu), to.vt,
                        arguments.integer(to.ldvt), work.segment(), arguments.integer(lwork), iwork.segment(), info,
                        1L);
            });
        }
    }

    /** As {@link #gesdd}, by QR iteration (xGESVD): slower, but it converges where that one does not. */
    public int gesvd(Block a, MemorySegment s, @Nullable Vectors vectors) {
        Targets to = Targets.of(a, s, vectors);
        int m = a.rows();
        int n = a.columns();
        long small = a.small();
        long least = Math.max(3 * small + Math.max(m, n), 5 * small);
        // More than that lets it take the triangle first: small^2 + what that step asks for.
        long fast = small * small + 4 * small + (m + (long) n) * Subroutines.BLOCK;
        int lwork = Subroutines.workspace(GESVD, a.real(), m, n, Subroutines.leastOrFast(least, fast));
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * a.real().bytes())) {
            return subroutines.call(GESVD, a.real(), (subroutine, arguments, info) -> {
                MemorySegment job = arguments.character(to.job);
                subroutine.invokeExact(
                        job, job, arguments.integer(m), arguments.integer(n), a.segment(),
                        arguments.integer(a.ld()), s, to.u, arguments.integer(to.ldu), to.vt,
                        arguments.integer(to.ldvt), work.segment(), arguments.integer(lwork), info, 1L, 1L);
            });
        }
    }
}
