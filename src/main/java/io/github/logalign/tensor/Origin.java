package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.nio.file.Path;

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

    LogalignException damaged(String what) {
        return problem(what, FETCH_AGAIN);
    }

    private String describe(String what, String remedy) {
        String where = member.isEmpty() ? "" : " (member '" + Names.printable(member) + "')";
        return Names.printable(path) + where + ": " + what + "; " + remedy;
    }
}
