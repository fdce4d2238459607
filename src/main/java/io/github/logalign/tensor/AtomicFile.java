package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/**
 * Writes a file whole or not at all: into a temporary file in the same folder, which is flushed to disk and then moved
 * into place. If writing fails, or the JVM ends in an orderly way meanwhile (Ctrl-C too), the temporary file is deleted
 * and what was there before stays. Only a killed JVM can leave one behind, named {@code .logalign-*.tmp}.
 *
 * <p>A target that is a link is followed. A target that exists and is a pipe or device, such as {@code /dev/stdout}, is
 * written to directly.
 *
 * <p>Thread safety: any number of threads may write, to different targets; of several writers to one target the last
 * wins.
 */
public final class AtomicFile {

    /** What writes a file's content. */
    @FunctionalInterface
    public interface Body {
        /**
         * Writes the whole content.
         *
         * @param out buffered; need not be flushed or closed, but may be
         * @throws IOException if it cannot be written; whatever is thrown, the file does not come to be
         */
        void writeTo(OutputStream out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes a file.
     *
     * @param target the file; its folder must exist
     * @param body what writes the content; what it throws unchecked is passed on
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path target, Body body) {
        Origin origin = Origin.of(target);
        try {
            if (isPipeOrDevice(target)) {
                try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                    writeTo(channel, body);
                }
                return;
            }
            if (Files.isDirectory(target)) {
                throw origin.problem("it is a folder, not a file to write", "name a file in it");
            }
            Path goal = goal(target);
            Path folder = goal.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw origin.problem("it cannot be written, its folder does not exist", "create the folder first");
            }
            replace(goal, folder, body);
        } catch (IOException failure) {
            String reason = failure.getMessage() == null ? "" : ": " + failure.getMessage();
            throw origin.problem(
                    "it cannot be written (" + Names.printable(failure.getClass().getSimpleName() + reason) + ")",
                    "check the disk's space and the folder's permissions",
                    failure);
        }
    }

    /**
     * Registers work to be done when the JVM is told to stop, while files can still be written: temporary files are
     * deleted only after it.
     *
     * @param work run once, on a thread of its own; should be short
     */
    public static void doBeforeEnd(Runnable work) {
        TemporaryFiles.doBeforeEnd(work);
    }

    /**
     * Takes work back.
     *
     * @param work registered before; nothing happens if it was not, or if the JVM is stopping already
     */
    public static void doNoMore(Runnable work) {
        TemporaryFiles.doNoMore(work);
    }

    private static boolean isPipeOrDevice(Path target) throws IOException {
        return Files.exists(target) && Files.readAttributes(target, BasicFileAttributes.class).isOther();
    }

    /** Where the content goes: behind a link, so that the link stays one. */
    private static Path goal(Path target) throws IOException {
        boolean linkToSomething = Files.isSymbolicLink(target) && Files.exists(target);
        return linkToSomething ? target.toRealPath() : target;
    }

    private static void replace(Path goal, Path folder, Body body) throws IOException {
        Path temporary = folder.resolve(".logalign-" + UUID.randomUUID() + ".tmp");
        TemporaryFiles.add(temporary);
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                writeTo(channel, body);
                channel.force(true);
            }
            move(temporary, goal);
            flushFolder(folder);
        } finally {
            TemporaryFiles.deleteAndForget(temporary);
        }
    }

    private static void writeTo(FileChannel channel, Body body) throws IOException {
        OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        try (SharedStream shared = new SharedStream(buffered)) {
            body.writeTo(shared);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException unsupported) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** So that the move survives a power cut; not every system can flush a folder, and the file is whole either way. */
    @SuppressWarnings("EmptyCatch")
    private static void flushFolder(Path folder) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            // The content is in place already: nothing failed that was promised.
        }
    }
}
