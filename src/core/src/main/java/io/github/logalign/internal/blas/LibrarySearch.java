package io.github.logalign.internal.blas;

import io.github.logalign.internal.blas.BlasInfo.Attempt;
import io.github.logalign.internal.blas.BlasInfo.Origin;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a usable library: the one that was named, or else the bundled natives, or else the system's. Keeps a list of
 * all that was tried.
 */
final class LibrarySearch {

    private final Platform platform;
    private final Settings settings;
    private final List<Attempt> attempts = new ArrayList<>();
    private boolean mayPass;
    private boolean nativesFound;
    private boolean memoryIsShort;

    /**
     * What the user and the system say.
     *
     * @param named the library the user named, or null
     * @param namedBy the property or variable that named it
     * @param cache the folder for extracted natives that the user chose, or null
     * @param environment the environment variables
     * @param home the user's home folder, or null
     */
    record Settings(
            @Nullable String named,
            String namedBy,
            @Nullable String cache,
            Map<String, String> environment,
            @Nullable String home) {

        static Settings ofThisProcess() {
            Map<String, String> environment = System.getenv();
            String property = unlessEmpty(System.getProperty(Blas.PROPERTY));
            String cache = unlessEmpty(System.getProperty(Blas.CACHE_PROPERTY));
            return new Settings(
                    property != null ? property : unlessEmpty(environment.get(Blas.VARIABLE)),
                    property != null ? Blas.PROPERTY : Blas.VARIABLE,
                    cache != null ? cache : unlessEmpty(environment.get(Blas.CACHE_VARIABLE)),
                    environment,
                    System.getProperty("user.home"));
        }

        /** A variable that is set to nothing is as good as not set; an empty path would be the current folder. */
        static @Nullable String unlessEmpty(@Nullable String value) {
            return value == null || value.isEmpty() ? null : value;
        }
    }

    LibrarySearch(Platform platform, Settings settings) {
        this.platform = platform;
        this.settings = settings;
    }

    /**
     * Finds and loads a library.
     *
     * @throws BlasException if none is found; the message lists every place that was tried and why it failed
     */
    Library find() {
        Library found = settings.named() != null ? named(settings.named()) : bundled();
        if (found == null && settings.named() == null) {
            found = system();
        }
        if (found == null) {
            throw new BlasException(failure());
        }
        return found;
    }

    /** Whether another search may find what this one did not: memory, room on a disk, or a file that was not there. */
    boolean mayPass() {
        return mayPass;
    }

    private void failed(Origin origin, String place, String why) {
        attempts.add(new Attempt(origin, place, why));
        mayPass = true;
    }

    private @Nullable Library named(String name) {
        boolean isPath = name.contains("/") || name.contains("\\");
        if (isPath && !Files.isRegularFile(Path.of(name))) {
            failed(Origin.NAMED, name, noFile(Path.of(name)));
            return null;
        }
        return isPath ? load(Origin.NAMED, List.of(Path.of(name).toAbsolutePath())) : loadByName(Origin.NAMED, name);
    }

    private static String noFile(Path path) {
        if (Files.isDirectory(path)) {
            return "it is a folder, not a library";
        }
        return Files.exists(path) ? "it is not a regular file, as a library is" : "no such file";
    }

    private @Nullable Library bundled() {
        BundledNatives natives;
        try {
            natives = BundledNatives.find(platform);
        } catch (IOException unreadable) {
            failed(Origin.BUNDLED, platform.classifier(), reason(unreadable));
            return null;
        }
        if (natives == null) {
            attempts.add(new Attempt(
                    Origin.BUNDLED,
                    "org.bytedeco:openblas:" + platform.classifier(),
                    "no jar with this classifier is on " + NativePlaces.description()));
            return null;
        }
        nativesFound = true;
        Path cache = settings.cache() != null
                ? Path.of(settings.cache())
                : platform.userCache(settings.environment(), settings.home());
        Library found = null;
        if (cache != null) {
            found = bundledIn(natives, cache.resolve(natives.folderName()));
        }
        return found != null ? found : bundledInTemporaryFolder(natives);
    }

    private @Nullable Library bundledIn(BundledNatives natives, Path folder) {
        try {
            return load(Origin.BUNDLED, natives.extractTo(folder));
        } catch (IOException failed) {
            failed(Origin.BUNDLED, folder.toString(), reason(failed));
            return null;
        }
    }

    /** For this process alone; what is loaded stays, so the files can go. */
    private @Nullable Library bundledInTemporaryFolder(BundledNatives natives) {
        Path folder;
        try {
            folder = Files.createTempDirectory("logalign-");
        } catch (IOException failed) {
            failed(Origin.BUNDLED, System.getProperty("java.io.tmpdir"), reason(failed));
            return null;
        }
        Library found = bundledIn(natives, folder);
        try {
            for (BundledNatives.Part part : natives.parts()) {
                Files.deleteIfExists(folder.resolve(part.fileName()));
            }
            Files.deleteIfExists(folder);
        } catch (IOException inUse) {
            // Windows keeps loaded files; they go with the temporary folder.
            folder.toFile().deleteOnExit();
        }
        return found;
    }

    private @Nullable Library system() {
        for (String name : platform.systemLibraries()) {
            Library found = loadByName(Origin.SYSTEM, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Library loadByName(Origin origin, String name) {
        try {
            return accept(origin, name, SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException notFound) {
            attempts.add(new Attempt(origin, name, reason(notFound, name)));
            return null;
        }
    }

    private @Nullable Library load(Origin origin, List<Path> files) {
        Path last = files.getLast();
        Path loading = files.getFirst();
        try {
            SymbolLookup lookup = SymbolLookup.loaderLookup();
            for (Path file : files) {
                loading = file;
                lookup = SymbolLookup.libraryLookup(file, Arena.global());
            }
            return accept(origin, last.toString(), lookup);
        } catch (IllegalArgumentException notLoadable) {
            Path folder = last.toAbsolutePath().getParent();
            boolean noCode = folder != null && Mounts.forbidCode(folder);
            failed(origin, last.toString(), noCode
                    ? "its file system is mounted noexec, so that no library can be loaded from it"
                    : reason(notLoadable, loading.toString()));
            return null;
        }
    }

    private @Nullable Library accept(Origin origin, String place, SymbolLookup lookup) {
        Library library = new Library(lookup);
        List<String> missing = library.missing();
        if (!missing.isEmpty()) {
            attempts.add(new Attempt(
                    origin, place,
                    "it lacks " + String.join(", ", missing) + ": it is not a BLAS with LAPACK 3.4 or later"));
            return null;
        }
        String config = library.config();
        if (config != null && config.contains("USE64BITINT")) {
            attempts.add(new Attempt(origin, place, "it has 64-bit integers (" + config + "), 32-bit ones are needed"));
            return null;
        }
        String wanted = settings.environment().get(CoreType.VARIABLE);
        String unfit = wanted == null ? null : CoreType.problem(wanted, library.coreName());
        if (unfit != null) {
            throw new BlasException(unfit);
        }
        library.useOneThread();
        attempts.add(new Attempt(origin, place, "loaded"));
        library.describe(origin, place, config, List.copyOf(attempts));
        return library;
    }

    /** In the words of the system's loader, since the lookup's exception has none but the name. */
    private String reason(IllegalArgumentException notLoadable, String library) {
        String told = SystemLoader.refusal(library);
        if (told == null) {
            String message = notLoadable.getMessage();
            return message == null ? "it cannot be loaded" : message.lines().findFirst().orElse("");
        }
        if (SystemLoader.isWantOfMemory(told)) {
            memoryIsShort = true;
            mayPass = true;
            return "there is not enough memory to load it: " + told;
        }
        return told;
    }

    /** Without the names of Java's exceptions, which say what the messages of some leave out, and without a second path. */
    private static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException taken -> "a file stands where a folder should be";
            case FileSystemException system -> words(system.getReason());
            default -> words(failure.getMessage());
        };
    }

    private static String words(@Nullable String reason) {
        return reason == null ? "the system gives no reason" : reason;
    }

    private String failure() {
        String tried = attempts.stream()
                .map(attempt -> attempt.place() + " (" + attempt.outcome() + ")")
                .collect(Collectors.joining("; "));
        return "no usable OpenBLAS; tried " + tried + "; " + advice();
    }

    private String advice() {
        if (memoryIsShort) {
            return "allow the process more memory: the shell's limit (ulimit -v), the container's, or a smaller heap (-Xmx)";
        }
        if (settings.named() != null) {
            return "correct or unset " + settings.namedBy();
        }
        return nativesFound
                ? (settings.cache() == null ? "name a folder" : "name another folder")
                        + " where files can be written and libraries loaded from by " + Blas.CACHE_VARIABLE + " or -D"
                        + Blas.CACHE_PROPERTY
                : "add the natives of org.bytedeco:openblas for " + platform.classifier() + " to "
                        + NativePlaces.description() + ", or name a library by -D" + Blas.PROPERTY + " or "
                        + Blas.VARIABLE;
    }
}
