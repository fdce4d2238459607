package io.github.logalign.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users see neither the names of Java's exceptions nor those of temporary files. */
class ReasonsTest {

    @TempDir
    Path folder;

    @Test
    void everyReasonIsInPlainWords() {
        String file = "ro/.logalign-1.tmp";
        for (IOException failure : List.of(
                new AccessDeniedException(file),
                new NoSuchFileException(file),
                new FileAlreadyExistsException(file),
                new FileSystemLoopException(file),
                new FileSystemException(file, null, "Read-only file system"),
                new FileSystemException(file),
                new IOException())) {
            String reason = Reasons.of(failure);
            assertFalse(reason.contains("Exception") || reason.contains("null") || reason.contains(file), reason);
        }
        assertEquals("the disk is full", Reasons.of(new IOException("No space left on device")));
        assertEquals("the disk is full", Reasons.of(new FileSystemException(file, null, "No space left on device")));
        assertEquals("odd\\u000A", Reasons.of(new IOException("odd\n")));
    }

    private static String message(Runnable work) {
        return String.valueOf(assertThrows(LogalignException.class, work::run).getMessage());
    }

    @Test
    void filesAndFoldersThatCannotBeMadeSayWhy() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertTrue(message(() -> Folders.make(file)).contains("a file stands where a folder should be"));
        assertTrue(
                message(() -> Folders.make(file.resolve("below"))).contains("a file stands where a folder should be"));
        Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        String circle = message(() -> AtomicFile.write(loop, out -> {}));
        assertTrue(circle.contains("(its links lead in a circle)"), circle);
        Needs.that(Files.exists(Path.of("/dev/full")), "/dev/full, which Linux has");
        String full = message(() -> AtomicFile.write(Path.of("/dev/full"), out -> out.write(1)));
        assertTrue(full.contains("(the disk is full)"), full);
    }
}
