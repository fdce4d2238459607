package io.github.logalign.cli;

/** The launcher's findings about the terminal. The launcher can test each stream separately, which the JVM cannot. */
final class Terminal {

    /** Set by the launcher to those of the streams "out" and "err" that are terminals. */
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

    /** The maximum width of a line of output, in characters; practically unlimited if the output is not a terminal. */
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
