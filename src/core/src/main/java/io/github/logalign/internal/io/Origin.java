package io.github.logalign.internal.io;

import io.github.logalign.internal.check.MemoryFaults;
import io.github.logalign.matrix.LogalignException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where bytes come from, for messages.
 *
 * @param path the file
 * @param member the archive member, or empty
 */
public record Origin(Path path, String member) {

    public static final String FETCH_AGAIN = "download or save it again";

    public static Origin of(Path path) {
        return new Origin(path, "");
    }

    public Origin member(String name) {
        return new Origin(path, name);
    }

    /** One line: the file, what is wrong, what to do. Both texts must be printable. */
    public LogalignException problem(String what, String remedy) {
        return new LogalignException(describe(what, remedy));
    }

    public LogalignException problem(String what, String remedy, Throwable cause) {
        return new LogalignException(describe(what, remedy), cause);
    }

    public LogalignException problem(Problem problem) {
        return problem(problem.what(), problem.remedy());
    }

    /** Reads mapped memory: if the file becomes shorter meanwhile, that is a problem of this file. */
    public <T> T reading(Supplier<T> work) {
        try {
            return work.get();
        } catch (InternalError fault) {
            if (!MemoryFaults.isShrunkFile(fault)) {
                throw fault;
            }
            throw problem(
                    "it became shorter while it was read, or its disk failed", MemoryFaults.KEEP_FILES, fault);
        }
    }

    public LogalignException damaged(String what) {
        return problem(what, FETCH_AGAIN);
    }

    private String describe(String what, String remedy) {
        String where = member.isEmpty() ? "" : " (member '" + Names.printable(member) + "')";
        return Names.printable(path) + where + ": " + what + "; " + remedy;
    }
}
