package io.github.logalign.cli;

/** The launcher's findings about the terminal. The launcher can test each stream separately, which the JVM cannot. */
final class Terminal {

    /** Set by the launcher to those of the streams "out" and "err" that are terminals. */
    static final String PROPERTY = "logalign.terminal";

    /** Set by the launcher to the width of the terminal in characters, if that is known. */
    static final String WIDTH = "logalign.columns";

    private static final int DEFAULT_WIDTH = 120;

    /** Of what is no terminal: nothing that people read is longer, and a hostile name cannot widen every line. */
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

    /** The maximum width of a line of standard output, in characters; practically unlimited if that is not a terminal. */
    static int width() {
        return isOut() ? columns() : UNLIMITED;
    }

    /** The same of standard error. */
    static int errorWidth() {
        return isErr() ? columns() : UNLIMITED;
    }

    private static int columns() {
        String columns = System.getProperty(WIDTH, System.getenv("COLUMNS"));
        try {
            int width = columns == null ? 0 : Integer.parseInt(columns.strip());
            // A terminal that does not know its width says 0.
            return width <= 0 ? DEFAULT_WIDTH : Math.max(NARROWEST, width);
        } catch (NumberFormatException unknown) {
            return DEFAULT_WIDTH;
        }
    }
}
