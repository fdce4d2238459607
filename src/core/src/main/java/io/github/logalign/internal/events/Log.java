package io.github.logalign.internal.events;

import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.util.function.Supplier;

/** The library's logger, {@code io.github.logalign}: a line when natives are loaded, and one where vectors are missing. */
public final class Log {

    private Log() {}

    /** Looked up at each call, which are few: a static field would keep the logging of the first caller. */
    private static Logger logger() {
        return System.getLogger("io.github.logalign");
    }

    /** Something that helps who looks for a fault. */
    public static void debug(Supplier<String> line) {
        logger().log(Level.DEBUG, line);
    }
}
