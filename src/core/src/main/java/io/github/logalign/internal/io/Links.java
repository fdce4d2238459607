package io.github.logalign.internal.io;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Symbolic links, followed by hand, since the system only follows those that lead to something. */
public final class Links {

    /** As many as Linux follows. */
    private static final int MOST = 40;

    private Links() {}

    /**
     * Follows a path's last element, link by link, to what is no link.
     *
     * @param path any path; need not exist
     * @return where the last link points, be something there or not; the path itself if it is no link
     * @throws IOException if the links lead in a circle or cannot be read
     */
    public static Path end(Path path) throws IOException {
        Path end = path;
        for (int followed = 0; Files.isSymbolicLink(end); followed++) {
            if (followed == MOST) {
                throw new FileSystemLoopException(path.toString());
            }
            end = end.resolveSibling(Files.readSymbolicLink(end));
        }
        return end;
    }
}
