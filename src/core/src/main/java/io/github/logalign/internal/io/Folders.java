package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders that are written to. */
public final class Folders {

    private Folders() {}

    /**
     * Makes a folder and those above it, where they are not there.
     *
     * @param folder any path
     * @throws LogalignException if it cannot be made, with the reason
     */
    public static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw Origin.of(folder).problem(
                    "the folder cannot be made (" + Reasons.of(failed) + ")",
                    "name another folder, or correct what is in its way", failed);
        }
    }
}
