package io.github.logalign.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What some tests need of the machine. Without it they are skipped, with the reason; where {@value #COMPLETE} is true, as in
 * .ci/run, they fail.
 */
public final class Needs {

    /** The property that says that everything is there. */
    public static final String COMPLETE = "logalign.complete";

    private static final Path DEBIAN = Path.of("/usr/lib/x86_64-linux-gnu/libopenblas.so.0");

    private Needs() {}

    /** The folder of the models with reference values, which the property {@code logalign.sample} names. */
    public static Path sample() {
        String property = System.getProperty("logalign.sample", "");
        Path folder = Path.of(property.isEmpty() ? "no-sample" : property);
        need(Files.isRegularFile(folder.resolve("expected.json")),
                "models with reference values, in the folder that -Dlogalign.sample names");
        return folder.toAbsolutePath();
    }

    /** Another LAPACK than the one that comes along. */
    public static Path debianBlas() {
        need(Files.exists(DEBIAN), "Debian's package libopenblas0-pthread");
        return DEBIAN;
    }

    /** A browser that works without a window. */
    public static Path browser() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .flatMap(place -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> {
                    need(false, "chromium on the PATH");
                    throw new AssertionError();
                });
    }

    /** The status that Linux reports for a process. */
    public static void proc() {
        need(Files.exists(Path.of("/proc/self/status")), "/proc, which Linux has");
    }

    /** Anything else, such as being root. */
    public static void that(boolean there, String what) {
        need(there, what);
    }

    private static void need(boolean there, String what) {
        if (!there) {
            if (Boolean.getBoolean(COMPLETE)) {
                fail("needs " + what);
            }
            abort("needs " + what);
        }
    }
}
