package io.github.logalign.cli;

import io.github.logalign.cli.Command.Result;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs the command in the JVM of the test, for what needs no process of its own: it takes milliseconds in place of a second.
 * Paths must be absolute, since a JVM cannot change its folder.
 */
final class InProcess {

    private InProcess() {}

    static Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(args, out, new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8).lines().toList());
    }

    /** The same, where standard output is a terminal. */
    static Result onTerminal(int width, String... args) {
        System.setProperty(Terminal.PROPERTY, "out");
        System.setProperty(Terminal.WIDTH, String.valueOf(width));
        try {
            return run(args);
        } finally {
            System.clearProperty(Terminal.PROPERTY);
            System.clearProperty(Terminal.WIDTH);
        }
    }
}
