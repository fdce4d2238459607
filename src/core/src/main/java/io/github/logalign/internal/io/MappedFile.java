package io.github.logalign.internal.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Opens a path that may be anything and maps it if it is a regular file with something in it. */
public final class MappedFile {

    private MappedFile() {}

    public static MemorySegment map(Path path, Arena arena) {
        Origin origin = Origin.of(path);
        try {
            // Before the file is opened: opening a FIFO would wait for a writer.
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw origin.problem("it is a folder", "name a file in it, such as model.safetensors or"
                        + " model.safetensors.index.json");
            }
            if (!attributes.isRegularFile()) {
                throw origin.problem(
                        "it is a pipe, device or socket, which cannot be mapped", "write its content to a file first");
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                long size = channel.size();
                if (size == 0) {
                    throw origin.damaged("the file is empty");
                }
                return channel.map(MapMode.READ_ONLY, 0, size, arena);
            }
        } catch (NoSuchFileException missing) {
            if (Files.isSymbolicLink(path)) {
                throw origin.problem(
                        "it is a link to " + Names.printable(target(path)) + ", which is not there (an interrupted"
                                + " download?)",
                        Origin.FETCH_AGAIN, missing);
            }
            throw origin.problem("there is no such file", "check the path", missing);
        } catch (AccessDeniedException denied) {
            throw origin.problem("permission denied", "ask the file's owner for read permission", denied);
        } catch (IOException failure) {
            throw origin.problem(
                    "it cannot be read (" + Reasons.of(failure) + ")", "check the path and the disk", failure);
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException unreadable) {
            return link;
        }
    }
}
