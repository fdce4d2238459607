package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file atomically: into a temporary file in the same folder, which is flushed to disk and then moved
 * into place. If writing fails, or the JVM ends in an orderly way meanwhile (Ctrl-C too), the temporary file is deleted
 * and the previous file stays. Only a killed JVM can leave one behind, named {@code .logalign-*.tmp}. The new file
 * keeps the permissions of the one that it replaces, and the owner and group where the system allows that.
 *
 * <p>A target that is a link is followed, also to a file that does not exist yet. A target that exists and is a pipe or
 * device, or something that a process has open, such as {@code /dev/stdout}, is written to directly.
 *
 * <p>A file that cannot be replaced, because something is mounted on it or its folder takes no new files, is
 * overwritten in place once the whole content lies in a temporary file. If that fails in the middle, the temporary file
 * stays, and the exception names it.
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
         * @throws IOException if it cannot be written; the file is then not created
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
            if (OpenFiles.isStream(target)) {
                // Appending leaves alone what the stream's file holds already.
                boolean file = Files.isRegularFile(target);
                try (FileChannel channel = FileChannel.open(
                        target, file ? StandardOpenOption.APPEND : StandardOpenOption.WRITE)) {
                    writeTo(channel, body);
                }
                return;
            }
            if (Files.isDirectory(target)) {
                throw origin.problem("it is a folder, not a file to write", "name a file in it");
            }
            Path goal = Links.end(target);
            if (!Files.isDirectory(Replacement.folder(goal))) {
                String where = goal.equals(target) ? "" : " (it links to " + Names.printable(goal) + ")";
                throw origin.problem(
                        "it cannot be written, its folder does not exist" + where, "create the folder first");
            }
            new Replacement(goal).write(channel -> writeTo(channel, body));
        } catch (IOException failure) {
            throw origin.problem(
                    "it cannot be written (" + Reasons.of(failure) + ")",
                    "check the disk's space and the folder's permissions",
                    failure);
        }
    }

    /**
     * Registers work to be done when the JVM is asked to stop, while files can still be written: temporary files are
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

    private static void writeTo(FileChannel channel, Body body) throws IOException {
        OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        try (SharedStream shared = new SharedStream(buffered)) {
            body.writeTo(shared);
        }
    }
}
