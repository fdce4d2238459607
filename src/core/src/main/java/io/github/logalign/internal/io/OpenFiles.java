package io.github.logalign.internal.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths that lead to what a process has open, such as {@code /dev/stdout}. What is behind such a path may be a pipe, a
 * device or a regular file, which must not be replaced under the stream.
 */
public final class OpenFiles {

    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    /** As Linux shows descriptors, and as other systems do. */
    private static final Pattern DESCRIPTOR = Pattern.compile("(?:/dev|/proc/\\d+(?:/task/\\d+)?)/fd/\\d+");

    private static final int MOST_LINKS = 40;

    private OpenFiles() {}

    /**
     * Tells whether a path leads to a pipe or a device.
     *
     * @param path any path
     * @return false for a regular file, for a folder, and if nothing is there
     */
    public static boolean isDevice(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    /**
     * Tells whether a path is written to directly: that of a pipe, a device, or something that a process has open.
     *
     * @param path any path
     * @return true if it exists and is of these kinds
     */
    public static boolean isStream(Path path) {
        return isDevice(path) || (Files.exists(path) && descriptor(path) != null);
    }

    /**
     * Tells whether a path leads to this process's standard output or standard error.
     *
     * @param path any path
     * @return true if it, or a link on its way, names descriptor 1 or 2 of this process
     */
    public static boolean isStandard(Path path) {
        Path descriptor = descriptor(path);
        if (descriptor == null) {
            return false;
        }
        String name = String.valueOf(descriptor.getFileName());
        long process = ProcessHandle.current().pid();
        boolean own = descriptor.startsWith("/dev") || descriptor.startsWith("/proc/" + process);
        return own && (name.equals("1") || name.equals("2"));
    }

    /**
     * The regular file that standard output was redirected to.
     *
     * @return a path that leads to it, or null if standard output is no regular file
     */
    public static @Nullable Path standardOutput() {
        return Files.isRegularFile(STANDARD_OUTPUT) ? STANDARD_OUTPUT : null;
    }

    /** Link by link, since the last one leads to the file itself. */
    private static @Nullable Path descriptor(Path path) {
        Path at = path.toAbsolutePath();
        try {
            for (int followed = 0; followed < MOST_LINKS; followed++) {
                Path parent = at.getParent();
                Path name = at.getFileName();
                if (parent == null || name == null) {
                    return null;
                }
                at = parent.toRealPath().resolve(name);
                if (DESCRIPTOR.matcher(at.toString()).matches()) {
                    return at;
                }
                if (!Files.isSymbolicLink(at)) {
                    return null;
                }
                at = at.resolveSibling(Files.readSymbolicLink(at));
            }
        } catch (IOException nothingThere) {
            return null;
        }
        return null;
    }
}
