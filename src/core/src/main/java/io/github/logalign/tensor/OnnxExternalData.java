package io.github.logalign.tensor;

import io.github.logalign.internal.io.MappedFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The files beside a model that hold the data of its tensors. Their names are untrusted: a name never leads out of the
 * model's folder, but a link there may, as caches use them. Each file is mapped once.
 */
final class OnnxExternalData {

    private static final int MAX_FILES = 10_000;
    private static final int MAX_NAME = 4096;

    private final Origin origin;
    private final Arena arena;
    private final Map<String, Source> files = new HashMap<>();

    OnnxExternalData(Origin origin, Arena arena) {
        this.origin = origin;
        this.arena = arena;
    }

    /** A file, or why there is none. */
    sealed interface Source {
        /** A mapped file. */
        record Mapped(MemorySegment file) implements Source {}

        /** A file that cannot be used. */
        record Unusable(Problem problem) implements Source {}
    }

    Source locate(String location) {
        Source known = files.get(location);
        if (known != null) {
            return known;
        }
        if (files.size() == MAX_FILES) {
            throw origin.damaged("it names more than " + MAX_FILES + " files of external data");
        }
        Source found = open(location);
        files.put(location, found);
        return found;
    }

    private Source open(String location) {
        String shown = "'" + Names.printable(location) + "'";
        if (!staysInFolder(location)) {
            return new Source.Unusable(Problem.damage(
                    "its external data is in " + shown + ", which is not the name of a file in the model's folder"));
        }
        try {
            Path path = origin.path().resolveSibling(location);
            return new Source.Mapped(MappedFile.map(path, arena));
        } catch (InvalidPathException invalid) {
            return new Source.Unusable(Problem.damage(
                    "its external data is in " + shown + ", which is not a valid file name on this system"));
        } catch (LogalignException unreadable) {
            return new Source.Unusable(new Problem(
                    "its external data cannot be read (" + unreadable.getMessage() + ")",
                    "put the file into the model's folder"));
        }
    }

    private static boolean staysInFolder(String location) {
        if (location.isEmpty() || location.length() > MAX_NAME) {
            return false;
        }
        for (String part : location.split("/", -1)) {
            if (part.isEmpty() || part.equals("..")) {
                return false;
            }
        }
        return location.chars().noneMatch(unit -> unit < 0x20 || unit == 0x7F || unit == '\\' || unit == ':');
    }
}
