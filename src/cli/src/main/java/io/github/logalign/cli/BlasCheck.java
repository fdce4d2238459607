package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.ScoreOptions;

/** Checks once at the start that OpenBLAS works here, so that a failure is not reported for each layer. */
final class BlasCheck {

    private static final String VARIABLE = "OPENBLAS_CORETYPE";

    private BlasCheck() {}

    /** The core type whose code OpenBLAS was asked to run; empty if the variable is not set. */
    static String coreType() {
        String value = System.getenv(VARIABLE);
        return value == null ? "" : value;
    }

    /**
     * Call before the first computation. Computations that do not need OpenBLAS proceed without it, unless the variable
     * selects code that this CPU cannot run.
     *
     * @throws LogalignException if the computation is not possible here
     */
    static void require(ScoreOptions options) {
        boolean needed = options.needsBlas();
        if (!needed && coreType().isEmpty()) {
            return;
        }
        String problem = Environment.current().blasError();
        if (problem != null && (needed || problem.startsWith(VARIABLE))) {
            throw new LogalignException(problem);
        }
    }
}
