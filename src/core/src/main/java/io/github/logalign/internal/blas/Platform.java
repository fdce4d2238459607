package io.github.logalign.internal.blas;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What differs between operating systems: names of libraries and places of caches.
 *
 * @param classifier the classifier of the natives' jar, such as linux-x86_64
 * @param bundledLibraries the libraries in that jar in the order of loading; the first ones may be missing
 * @param systemLibraries names and paths that the system's loader may know OpenBLAS by
 */
record Platform(String classifier, List<String> bundledLibraries, List<String> systemLibraries) {

    /** The table: how a system's name begins, and what holds there; any other system is treated as Linux. */
    private static final List<Platform> SYSTEMS = List.of(
            new Platform(
                    "macosx",
                    List.of("libgcc_s.1.1.dylib", "libquadmath.0.dylib", "libgfortran.5.dylib", "libopenblas.0.dylib"),
                    List.of(
                            "libopenblas.dylib",
                            "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
                            "/usr/local/opt/openblas/lib/libopenblas.dylib")),
            new Platform(
                    "windows",
                    List.of("libopenblas.dll"),
                    List.of("libopenblas.dll", "openblas.dll")),
            new Platform(
                    "linux",
                    List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0"),
                    List.of("libopenblas.so.0", "libopenblas.so")));

    private static final Map<String, String> ARCHITECTURES = Map.of("aarch64", "arm64", "amd64", "x86_64");

    static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT).replace(" ", "");
        Platform system = SYSTEMS.stream()
                .filter(known -> os.startsWith(known.classifier))
                .findFirst()
                .orElse(SYSTEMS.getLast());
        return new Platform(
                system.classifier + "-" + ARCHITECTURES.getOrDefault(osArch, osArch), system.bundledLibraries,
                system.systemLibraries);
    }

    /** The folder for files that can be made again, of the user who runs this; null if it cannot be told. */
    @Nullable
    Path userCache(Map<String, String> environment, @Nullable String home) {
        if (classifier.startsWith("windows")) {
            String local = environment.get("LOCALAPPDATA");
            return local == null ? null : Path.of(local, "logalign", "cache");
        }
        String xdg = environment.get("XDG_CACHE_HOME");
        if (xdg != null && Path.of(xdg).isAbsolute()) {
            return Path.of(xdg, "logalign");
        }
        if (home == null || !Path.of(home).isAbsolute()) {
            return null;
        }
        return classifier.startsWith("macosx")
                ? Path.of(home, "Library", "Caches", "logalign")
                : Path.of(home, ".cache", "logalign");
    }
}
