package io.github.logalign.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The text that rows have for what ran. */
class ComputationTest {

    private static Step factorisation(Kind kind, Routine... routines) {
        return new Step(kind, Set.of(), List.of(routines));
    }

    private static Step products(Kind kind, Routine... routines) {
        return new Step(kind, Set.of(routines), List.of());
    }

    private static void assertText(String inDouble, String inSingle, Step... steps) {
        assertEquals(inDouble, new Computation(Precision.DOUBLE, List.of(steps)).toString());
        assertEquals(inSingle, new Computation(Precision.SINGLE, List.of(steps)).toString());
    }

    @Test
    void factorisationsNameTheirRoutines() {
        assertText("dgesdd", "sgesdd", factorisation(Kind.SVD_DIRECT, Routine.GESDD));
        assertText("dtpqrt+dgesvd", "stpqrt+sgesvd", factorisation(Kind.SVD_TRIANGLE, Routine.TPQRT, Routine.GESVD));
        assertText("dsyrk+kernel+dsytrd+dstedc+dgeqrf", "kernel+ssyrk+ssytrd+sstedc+sgeqrf",
                new Step(Kind.GRAM, Set.of(Routine.SYRK, Routine.KERNEL),
                        List.of(Routine.SYTRD, Routine.STEDC, Routine.GEQRF)));
        assertText("none", "none", factorisation(Kind.GRAM));
        assertText("", "");
    }

    @Test
    void projectionsFollowFactorisations() {
        assertText("dgesdd; projections by dgemm+kernel", "sgesdd; projections by kernel+sgemm",
                products(Kind.PROJECTION, Routine.KERNEL, Routine.GEMM),
                factorisation(Kind.SVD_DIRECT, Routine.GESDD));
    }

    @Test
    void sumsOverBatchesNameEachWayOnce() {
        assertText(
                "inner product of Gram matrices by dsyrk; outputs by dgemm; outputs by kernel; sums",
                "inner product of Gram matrices by ssyrk; outputs by kernel; outputs by sgemm; sums",
                factorisation(Kind.GIVEN_OUTPUTS), products(Kind.OUTPUTS, Routine.GEMM),
                products(Kind.OUTPUTS, Routine.KERNEL), products(Kind.OUTPUTS, Routine.GEMM),
                products(Kind.INNER, Routine.SYRK));
    }

    @Test
    void onlyComputationsInOnePrecisionAreJoined() {
        Computation one = new Computation(Precision.DOUBLE, List.of(factorisation(Kind.SVD_DIRECT, Routine.GESDD)));
        Computation other = new Computation(Precision.DOUBLE, List.of(products(Kind.PROJECTION, Routine.KERNEL)));
        assertEquals("dgesdd; projections by kernel", one.and(other).toString());
        assertEquals(one.and(other), other.and(one));
        Computation single = new Computation(Precision.SINGLE, List.of());
        assertThrows(IllegalArgumentException.class, () -> one.and(single));
    }
}
