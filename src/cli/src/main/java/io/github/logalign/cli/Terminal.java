package io.github.logalign.cli;

/** What the launcher found out about the terminal: it can ask for each stream, which the JVM cannot. */
final class Terminal {

    /** Set by the launcher to which of the streams "out" and "err" are terminals. */
    private static final String PROPERTY = "logalign.terminal";

    private static final int DEFAULT_WIDTH = 120;
    private static final int UNLIMITED = 10_000;
    private static final int NARROWEST = 40;

    private Terminal() {}

    static boolean isOut() {
        return is("out");
    }

    static boolean isErr() {
        return is("err");
    }

    private static boolean is(String stream) {
        return System.getProperty(PROPERTY, "").contains(stream);
    }

    /** The characters a line of output may have; plenty when nobody looks. */
    static int width() {
        if (!isOut()) {
            return UNLIMITED;
        }
        String columns = System.getProperty("logalign.columns", System.getenv("COLUMNS"));
        try {
            return columns == null ? DEFAULT_WIDTH : Math.max(NARROWEST, Integer.parseInt(columns.strip()));
        } catch (NumberFormatException unknown) {
            return DEFAULT_WIDTH;
        }
    }
}
