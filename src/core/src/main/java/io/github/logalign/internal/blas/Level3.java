package io.github.logalign.internal.blas;

import java.util.List;

/** Products of matrices. */
public final class Level3 {

    private static final Subroutine GEMM = Subroutine.required("gemm", 13, 2);
    private static final Subroutine SYRK = Subroutine.required("syrk", 10, 2);

    static final List<Subroutine> ROUTINES = List.of(SYRK, GEMM);

    private final Subroutines subroutines;

    Level3(Subroutines subroutines) {
        this.subroutines = subroutines;
    }

    /** C = A A^T + beta C, upper triangle only (xSYRK); A may be read transposed. */
    public void syrk(Block a, double beta, Block c) {
        c.requireAsStored("C");
        int n = a.readRows();
        if (c.rows() != n || c.columns() != n || a.real() != c.real()) {
            throw new IllegalArgumentException("A A^T is " + n + " x " + n + " of " + a.real() + ", C is not: " + c);
        }
        subroutines.run(SYRK, c.real(), (subroutine, arguments, info) -> {
            subroutine.invokeExact(
                    arguments.character('U'), arguments.character(a.trans()), arguments.integer(n),
                    arguments.integer(a.readColumns()), arguments.real(a.real(), 1), a.segment(),
                    arguments.integer(a.ld()), arguments.real(a.real(), beta), c.segment(), arguments.integer(c.ld()),
                    1L, 1L);
        });
    }

    /** C = alpha A B + beta C (xGEMM); A and B may be read transposed. */
    public void gemm(double alpha, Block a, Block b, double beta, Block c) {
        c.requireAsStored("C");
        Real real = c.real();
        if (a.readRows() != c.rows() || b.readColumns() != c.columns() || a.readColumns() != b.readRows()
                || a.real() != real || b.real() != real) {
            throw new IllegalArgumentException(a + " times " + b + " is not " + c);
        }
        subroutines.run(GEMM, real, (subroutine, arguments, info) -> {
            subroutine.invokeExact(
                    arguments.character(a.trans()), arguments.character(b.trans()), arguments.integer(c.rows()),
                    arguments.integer(c.columns()), arguments.integer(a.readColumns()), arguments.real(real, alpha),
                    a.segment(), arguments.integer(a.ld()), b.segment(), arguments.integer(b.ld()),
                    arguments.real(real, beta), c.segment(), arguments.integer(c.ld()), 1L, 1L);
        });
    }
}
