package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where bytes come from, for messages.
 *
 * @param path the file
 * @param member the archive member, or empty
 */
record Origin(Path path, String member) {

    static final String FETCH_AGAIN = "download or save it again";

    static Origin of(Path path) {
        return new Origin(path, "");
    }

    Origin member(String name) {
        return new Origin(path, name);
    }

    /** One line: the file, what is wrong, what to do. Both texts must be printable. */
    LogalignException problem(String what, String remedy) {
        return new LogalignException(describe(what, remedy));
    }

    LogalignException problem(String what, String remedy, Throwable cause) {
        return new LogalignException(describe(what, remedy), cause);
    }

    LogalignException problem(Problem problem) {
        return problem(problem.what(), problem.remedy());
    }

    /** Reads mapped memory: if the file becomes shorter meanwhile, that is a problem of this file. */
    <T> T reading(Supplier<T> work) {
        try {
            return work.get();
        } catch (InternalError fault) {
            if (!String.valueOf(fault.getMessage()).contains("unsafe memory access")) {
                throw fault;
            }
            throw problem(
                    "it became shorter while it was read, or its disk failed",
                    "leave files unchanged while they are open, and replace them by renaming", fault);
        }
    }

    LogalignException damaged(String what) {
        return problem(what, FETCH_AGAIN);
    }

    private String describe(String what, String remedy) {
        String where = member.isEmpty() ? "" : " (member '" + Names.printable(member) + "')";
        return Names.printable(path) + where + ": " + what + "; " + remedy;
    }
}
