package io.github.logalign.internal.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why reading or writing failed, in plain words: the names of Java's exceptions and of temporary files help no user. */
public final class Reasons {

    /** What Linux and macOS say, in the words of users. */
    private static final Map<String, String> SYSTEM = Map.ofEntries(
            Map.entry("No space left on device", "the disk is full"),
            Map.entry("Disk quota exceeded", "the disk quota is used up"),
            Map.entry("Read-only file system", "the file system is read-only"),
            Map.entry("Too many levels of symbolic links", "its links lead in a circle"),
            Map.entry("Not a directory", "a file stands where a folder should be"),
            Map.entry("Is a directory", "it is a folder"),
            Map.entry("File name too long", "the name is too long"),
            Map.entry("Too many open files", "too many files are open"),
            Map.entry("Operation not permitted", "the system does not permit it"),
            Map.entry("Permission denied", "permission denied"),
            Map.entry("Bad file descriptor", "the stream is closed"));

    private Reasons() {}

    /**
     * Tells a failure's reason.
     *
     * @param failure the exception or error
     * @return a few printable words without the name of a file
     */
    public static String of(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "there is no such file or folder";
            case FileSystemLoopException circle -> "its links lead in a circle";
            case FileAlreadyExistsException taken -> "a file stands where a folder should be";
            case NotDirectoryException file -> "a file stands where a folder should be";
            case DirectoryNotEmptyException full -> "the folder is not empty";
            case FileSystemException system -> words(system.getReason());
            default -> words(failure.getMessage());
        };
    }

    private static String words(@Nullable String message) {
        return message == null ? "the system gives no reason" : SYSTEM.getOrDefault(message, Names.printable(message));
    }
}
