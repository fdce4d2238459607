package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** QR factorisations and the reflectors that they leave behind. */
public final class Qr {

    private static final Subroutine GEQRF = Subroutine.required("geqrf", 8, 0);
    private static final Subroutine ORGQR = Subroutine.required("orgqr", 9, 0);
    private static final Subroutine ORMQR = Subroutine.required("ormqr", 13, 2);
    private static final Subroutine TPQRT = Subroutine.required("tpqrt", 12, 0);
    private static final Subroutine LARFT = Subroutine.required("larft", 9, 2);

    static final List<Subroutine> ROUTINES = List.of(GEQRF, ORGQR, ORMQR, TPQRT, LARFT);

    private final Subroutines subroutines;

    Qr(Subroutines subroutines) {
        this.subroutines = subroutines;
    }

    /**
     * A = QR (xGEQRF): R in the upper triangle, the reflectors below it and in tau.
     *
     * @param tau as many elements as A's smaller side
     */
    public void geqrf(Block a, MemorySegment tau) {
        a.requireAsStored("A");
        Real real = a.real();
        Block.checkVector(real, "TAU", tau, a.small());
        int lwork = Subroutines.workspace(GEQRF, real, a.rows(), a.columns(),
                (long) a.columns() * Subroutines.BLOCK);
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            subroutines.run(GEQRF, real, (subroutine, arguments, info) -> {
                subroutine.invokeExact(
                        arguments.integer(a.rows()), arguments.integer(a.columns()), a.segment(),
                        arguments.integer(a.ld()), tau, work.segment(), arguments.integer(lwork), info);
            });
        }
    }

    /**
     * The first columns of Q from the reflectors of {@link #geqrf} (xORGQR), in their place.
     *
     * @param a as many columns as are wanted, no more than it has rows
     * @param reflectors how many there are, no more than A has columns
     */
    public void orgqr(Block a, int reflectors, MemorySegment tau) {
        a.requireAsStored("A");
        Real real = a.real();
        Block.checkVector(real, "TAU", tau, reflectors);
        if (a.columns() > a.rows() || reflectors < 1 || reflectors > a.columns()) {
            throw new IllegalArgumentException("m >= n >= k >= 1 does not hold for " + a.rows() + ", " + a.columns()
                    + ", " + reflectors);
        }
        int lwork = Subroutines.workspace(ORGQR, real, a.rows(), a.columns(),
                (long) a.columns() * Subroutines.BLOCK);
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            subroutines.run(ORGQR, real, (subroutine, arguments, info) -> {
                subroutine.invokeExact(
                        arguments.integer(a.rows()), arguments.integer(a.columns()), arguments.integer(reflectors),
                        a.segment(), arguments.integer(a.ld()), tau, work.segment(), arguments.integer(lwork), info);
            });
        }
    }

    /**
     * C = Q C with the reflectors of {@link #geqrf} (xORMQR).
     *
     * @param reflectors one a column, with as many rows as C
     */
    public void ormqr(Block reflectors, MemorySegment tau, Block c) {
        reflectors.requireAsStored("A");
        c.requireAsStored("C");
        Real real = c.real();
        if (reflectors.rows() != c.rows() || reflectors.real() != real) {
            throw new IllegalArgumentException(reflectors + " are no reflectors for " + c);
        }
        Block.checkVector(real, "TAU", tau, reflectors.columns());
        int block = Subroutines.BLOCK;
        int lwork = Subroutines.workspace(ORMQR, real, c.rows(), c.columns(),
                (long) c.columns() * block + (block + 1L) * block);
        try (NativeBuffer work = NativeBuffer.allocate((long) lwork * real.bytes())) {
            subroutines.run(ORMQR, real, (subroutine, arguments, info) -> {
                subroutine.invokeExact(
                        arguments.character('L'), arguments.character('N'), arguments.integer(c.rows()),
                        arguments.integer(c.columns()), arguments.integer(reflectors.columns()),
                        reflectors.segment(), arguments.integer(reflectors.ld()), tau, c.segment(),
                        arguments.integer(c.ld()), work.segment(), arguments.integer(lwork), info, 1L, 1L);
            });
        }
    }

    /**
     * Folds more rows into a triangle (xTPQRT): R becomes the triangle of [R; B]. B is destroyed.
     *
     * @param r square, only its upper triangle is read and written
     * @param b as many columns as R
     * @param trapezoid how many of B's last rows are the rows of an upper triangle: 0 if B is full, all if it is a triangle
     * @param panel columns taken at a time, no more than there are
     */
    public void tpqrt(Block r, Block b, int trapezoid, int panel) {
        r.requireAsStored("A");
        b.requireAsStored("B");
        Real real = r.real();
        int n = r.columns();
        if (r.rows() != n || b.columns() != n || b.real() != real) {
            throw new IllegalArgumentException(b + " does not stand below " + r);
        }
        Objects.checkFromToIndex(1, panel, n);
        Objects.checkFromToIndex(0, trapezoid, b.small());
        long scratch = (long) panel * n * real.bytes();
        try (NativeBuffer t = NativeBuffer.allocate(scratch);
                NativeBuffer work = NativeBuffer.allocate(scratch)) {
            subroutines.run(TPQRT, real, (subroutine, arguments, info) -> {
                MemorySegment block = arguments.integer(panel);
                subroutine.invokeExact(
                        arguments.integer(b.rows()), arguments.integer(n), arguments.integer(trapezoid), block,
                        r.segment(), arguments.integer(r.ld()), b.segment(), arguments.integer(b.ld()), t.segment(),
                        block, work.segment(), info);
            });
        }
    }

    /**
     * The triangle T of a product of reflectors, H = I - V T V^T (xLARFT).
     *
     * @param v one reflector a column, with ones on and zeros above the diagonal
     * @param tau their factors
     * @param t as many rows and columns as there are reflectors, only its upper triangle is written
     */
    public void larft(Block v, MemorySegment tau, Block t) {
        v.requireAsStored("V");
        t.requireAsStored("T");
        int k = v.columns();
        if (t.rows() != k || t.columns() != k || t.real() != v.real()) {
            throw new IllegalArgumentException(t + " is no triangle for " + v);
        }
        Block.checkVector(v.real(), "TAU", tau, k);
        subroutines.run(LARFT, v.real(), (subroutine, arguments, info) -> {
            subroutine.invokeExact(
                    arguments.character('F'), arguments.character('C'), arguments.integer(v.rows()),
                    arguments.integer(k), v.segment(), arguments.integer(v.ld()), tau, t.segment(),
                    arguments.integer(t.ld()), 1L, 1L);
        });
    }
}
