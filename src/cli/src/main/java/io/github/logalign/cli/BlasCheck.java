package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.ScoreOptions;

/** Whether there is an OpenBLAS that computes here: said once at the start, not for each layer. */
final class BlasCheck {

    private static final String VARIABLE = "OPENBLAS_CORETYPE";

    private BlasCheck() {}

    /** Whose code OpenBLAS was told to run; empty if the variable is not set. */
    static String coreType() {
        String value = System.getenv(VARIABLE);
        return value == null ? "" : value;
    }

    /**
     * To be called before the first computation. What does without OpenBLAS is not stopped for want of it, unless it was told
     * to run code that this CPU cannot run.
     *
     * @throws LogalignException if it cannot compute here
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
