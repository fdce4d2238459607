package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.LogalignException;

/** Whether OpenBLAS was told to run another CPU's code: said once at the start, not for each layer. */
final class CoreCheck {

    private static final String VARIABLE = "OPENBLAS_CORETYPE";

    private CoreCheck() {}

    /** What the variable says; empty if it is not set. */
    static String variable() {
        String value = System.getenv(VARIABLE);
        return value == null ? "" : value;
    }

    /**
     * To be called before the first computation. Costs nothing where the variable is not set.
     *
     * @throws LogalignException if the CPU cannot run that code
     */
    static void require() {
        if (variable().isEmpty()) {
            return;
        }
        String problem = Environment.current().blasError();
        if (problem != null && problem.startsWith(VARIABLE)) {
            throw new LogalignException(problem);
        }
    }
}
