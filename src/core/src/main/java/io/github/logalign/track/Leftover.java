package io.github.logalign.track;

import java.util.Locale;
import java.util.regex.Pattern;

/** Tells names of files and folders that are still being written, or were left behind by a crash. */
final class Leftover {

    private static final Pattern NAME = Pattern.compile("(?:tmp|temp)[-_.].*"
            + "|.*[-_.](?:tmp|temp|partial|part|incomplete)(?:[-_.]?\\d+)?"
            + "|.*\\.orbax-checkpoint-tmp.*"
            + "|.*~");

    private Leftover() {}

    /** Tells whether a name is hidden or ends in .tmp, as those of atomic writers do: no word is needed about them. */
    static boolean isHidden(String name) {
        return name.startsWith(".") || name.endsWith(".tmp");
    }

    /** Tells whether a name says that what it names is temporary, such as {@code tmp-checkpoint-1000}. */
    static boolean is(String name) {
        return isHidden(name) || NAME.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }
}
