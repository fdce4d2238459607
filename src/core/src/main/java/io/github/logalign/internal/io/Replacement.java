package io.github.logalign.internal.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.UUID;

/** One file that takes the place of another, or of none, by way of a temporary file. */
final class Replacement {

    private final Path goal;

    /** What writes the content. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * For one file.
     *
     * @param goal a file or nothing, in a folder that exists; no link
     */
    Replacement(Path goal) {
        this.goal = goal;
    }

    /**
     * A file's folder. A relative path is not made absolute: that goes wrong where the current folder's name is not valid
     * in the JVM's locale.
     */
    static Path folder(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    void write(Content content) throws IOException {
        Path temporary = temporaryFile();
        try {
            boolean kept;
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                kept = keepOwnerAndPermissions(temporary);
                content.writeTo(channel);
                channel.force(true);
            }
            boolean inPlace = !kept && canBeOverwritten();
            if (inPlace || !move(temporary)) {
                overwriteBy(temporary);
            }
        } finally {
            TemporaryFiles.deleteAndForget(temporary);
        }
    }

    /** A new, empty file: beside the goal, or elsewhere if that folder takes none and the goal can be overwritten. */
    private Path temporaryFile() throws IOException {
        try {
            return temporaryFile(folder(goal));
        } catch (IOException takesNone) {
            if (!canBeOverwritten()) {
                throw takesNone;
            }
            return temporaryFile(Path.of(System.getProperty("java.io.tmpdir")));
        }
    }

    private static Path temporaryFile(Path folder) throws IOException {
        Path temporary = folder.resolve(".logalign-" + UUID.randomUUID() + ".tmp");
        TemporaryFiles.add(temporary);
        try {
            return Files.createFile(temporary);
        } catch (IOException failed) {
            TemporaryFiles.deleteAndForget(temporary);
            throw failed;
        }
    }

    /**
     * Before there is any content: what only some may read is never open to others, not even for a moment.
     *
     * @return false if the new file belongs to another owner or group than the old one
     */
    @SuppressWarnings("EmptyCatch")
    private boolean keepOwnerAndPermissions(Path temporary) throws IOException {
        PosixFileAttributeView from = Files.getFileAttributeView(goal, PosixFileAttributeView.class);
        PosixFileAttributeView to = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        if (from == null || to == null || !Files.isRegularFile(goal)) {
            return true;
        }
        boolean kept = true;
        PosixFileAttributes old = from.readAttributes();
        PosixFileAttributes fresh = to.readAttributes();
        try {
            if (!old.group().equals(fresh.group())) {
                to.setGroup(old.group());
            }
            if (!old.owner().equals(fresh.owner())) {
                to.setOwner(old.owner());
            }
        } catch (IOException notAllowed) {
            // Only root may give files away.
            kept = false;
        }
        try {
            if (!old.permissions().equals(fresh.permissions())) {
                to.setPermissions(old.permissions());
            }
        } catch (IOException unsupported) {
            // Some file systems have one mode for all files.
        }
        return kept;
    }

    /** False if the file has to be overwritten in place. */
    private boolean move(Path temporary) throws IOException {
        try {
            Files.move(temporary, goal, StandardCopyOption.ATOMIC_MOVE);
            flush(folder(goal));
            return true;
        } catch (AtomicMoveNotSupportedException otherFileSystem) {
            if (canBeOverwritten()) {
                return false;
            }
            Files.move(temporary, goal, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException busyOrForbidden) {
            if (canBeOverwritten()) {
                return false;
            }
            throw busyOrForbidden;
        }
    }

    private boolean canBeOverwritten() {
        return Files.isRegularFile(goal, LinkOption.NOFOLLOW_LINKS) && Files.isWritable(goal);
    }

    private void overwriteBy(Path temporary) throws IOException {
        try (FileChannel from = FileChannel.open(temporary, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(goal, StandardOpenOption.WRITE)) {
            long size = from.size();
            long done = 0;
            while (done < size) {
                done += from.transferTo(done, size - done, to);
            }
            to.truncate(size);
            to.force(true);
        } catch (IOException failed) {
            TemporaryFiles.forget(temporary);
            throw new IOException("it can only be overwritten in place, and that failed: " + Reasons.of(failed)
                    + "; the whole content is in " + temporary, failed);
        }
    }

    /** So that the move survives a power cut; not every system can flush a folder, and the file is whole either way. */
    @SuppressWarnings("EmptyCatch")
    private static void flush(Path folder) {
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
