package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A regular file, mapped whole.
 *
 * @param path its path
 * @param bytes its content
 */
record MappedFile(Path path, MemorySegment bytes) {

    static MappedFile open(Path path, Arena arena) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new LogalignException(shown(path)
                        + ": is a folder; name a file in it, or its model.safetensors.index.json");
            }
            if (!attributes.isRegularFile()) {
                throw new LogalignException(shown(path) + ": is not a regular file; only those can be mapped");
            }
            if (attributes.size() == 0) {
                throw new LogalignException(shown(path) + ": the file is empty; copy or download it again");
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return new MappedFile(path, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
            }
        } catch (NoSuchFileException missing) {
            throw new LogalignException(shown(path) + ": no such file; check the path", missing);
        } catch (AccessDeniedException denied) {
            throw new LogalignException(shown(path) + ": may not be read; check its permissions", denied);
        } catch (FileSystemException failed) {
            String reason = failed.getReason();
            throw new LogalignException(
                    shown(path) + ": cannot be opened: " + (reason == null ? "unknown reason" : reason), failed);
        } catch (IOException failed) {
            throw new LogalignException(shown(path) + ": cannot be read: " + failed.getMessage(), failed);
        }
    }

    private static String shown(Path path) {
        return Names.printable(path.toString());
    }

    long size() {
        return bytes.byteSize();
    }

    /** A byte as an unsigned number, or -1 beyond the end. */
    int at(long offset) {
        return offset < size() ? bytes.get(ValueLayout.JAVA_BYTE, offset) & 0xff : -1;
    }

    /** Whether the file has some bytes, given as characters up to 255, at an offset. */
    boolean has(long offset, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (at(offset + i) != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** One line about this file. */
    LogalignException bad(String message) {
        return new LogalignException(shown(path) + ": " + message);
    }
}
