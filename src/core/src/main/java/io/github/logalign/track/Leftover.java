package io.github.logalign.track;

import java.util.Locale;
import java.util.regex.Pattern;

/** Recognises, by their names, files and folders that are still being written or were left behind by a crash. */
final class Leftover {

    private static final Pattern NAME = Pattern.compile("(?:tmp|temp)[-_.].*"
            + "|.*[-_.](?:tmp|temp|partial|part|incomplete)(?:[-_.]?\\d+)?"
            + "|.*\\.orbax-checkpoint-tmp.*"
            + "|.*~");

    private Leftover() {}

    /**
     * Whether a name is hidden or ends in .tmp, like those of atomic writers. Such files are skipped without a note.
     */
    static boolean isHidden(String name) {
        return name.startsWith(".") || name.endsWith(".tmp");
    }

    /** Whether a name marks a file or folder as temporary, such as {@code tmp-checkpoint-1000}. */
    static boolean is(String name) {
        return isHidden(name) || NAME.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }
}
