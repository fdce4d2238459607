package io.github.logalign.spark;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;

/**
 * Copies of remote files in a folder of bounded size. Those that nobody holds are deleted when their room is needed, the
 * longest unused first. Files of one remote folder lie in one local folder.
 *
 * <p>Thread safety: any number of tasks.
 */
final class LocalCopies {

    /** How many bytes the copies may have where the user does not say it. */
    static final long DEFAULT_BOUND = 20_000_000_000L;

    private static final int CHUNK = 1 << 20;

    private final Path root;
    private final long bound;

    /** By remote name, the longest unused first. */
    private final Map<String, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /**
     * Makes an empty cache.
     *
     * @param root a folder that need not exist
     * @param bound how many bytes the copies may have
     */
    LocalCopies(Path root, long bound) {
        this.root = root;
        this.bound = bound;
    }

    private static final class Copy {

        private final FileStatus origin;
        private final Path path;
        private int users;
        private boolean isComplete;

        Copy(FileStatus origin, Path path) {
            this.origin = origin;
            this.path = path;
        }

        boolean isOf(FileStatus status) {
            return origin.getLen() == status.getLen() && origin.getModificationTime() == status.getModificationTime();
        }
    }

    /** Keeps copies until it is closed. */
    final class Lease implements AutoCloseable {

        private final List<Copy> held;

        private Lease(List<Copy> held) {
            this.held = held;
        }

        @Override
        public void close() {
            giveBack(held);
        }
    }

    /** Where the copy of a file is, or is going to be. */
    Path path(String name) {
        org.apache.hadoop.fs.Path remote = new org.apache.hadoop.fs.Path(name);
        String folder = String.valueOf(remote.getParent());
        return root.resolve(UUID.nameUUIDFromBytes(folder.getBytes(StandardCharsets.UTF_8)).toString())
                .resolve(remote.getName());
    }

    /**
     * Makes copies. Waits while others hold so many that there is no room. Files that are missing are left out: opening the
     * copy says so.
     *
     * @param names the remote files; a thread must hold no others meanwhile
     * @throws LogalignException if they are larger than the bound together
     * @throws UncheckedIOException if the file system fails, so that another attempt may succeed
     */
    Lease hold(Collection<String> names, RemoteFiles remote) throws InterruptedException {
        try {
            Map<String, FileStatus> files = new LinkedHashMap<>();
            for (String name : new LinkedHashSet<>(names)) {
                remote.status(name).ifPresent(status -> files.put(name, status));
            }
            Lease lease = new Lease(reserve(files));
            try {
                for (Copy copy : lease.held) {
                    complete(copy, remote);
                }
                return lease;
            } catch (IOException | RuntimeException | Error failed) {
                lease.close();
                throw failed;
            }
        } catch (InterruptedIOException interrupted) {
            throw (InterruptedException) new InterruptedException("while files were copied").initCause(interrupted);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private synchronized List<Copy> reserve(Map<String, FileStatus> files) throws InterruptedException {
        long all = files.values().stream().mapToLong(FileStatus::getLen).sum();
        if (all > bound) {
            throw new LogalignException(String.format(Locale.ROOT,
                    "%s and the other files of its job have %.0f MB together, and local copies may have %.0f MB; "
                            + "allow more with --local-space",
                    files.keySet().iterator().next(), all / 1e6, bound / 1e6));
        }
        while (!makeRoom(files)) {
            wait();
        }
        List<Copy> held = new ArrayList<>();
        files.forEach((name, status) -> {
            Copy copy = copies.get(name);
            if (copy == null) {
                copy = new Copy(status, path(name));
                copies.put(name, copy);
                bytes += status.getLen();
            }
            copy.users++;
            held.add(copy);
        });
        return held;
    }

    /** Deletes what nobody needs, until there is room. */
    private boolean makeRoom(Map<String, FileStatus> files) {
        long missing = 0;
        for (Map.Entry<String, FileStatus> file : files.entrySet()) {
            Copy copy = copies.get(file.getKey());
            boolean isOld = copy != null && !copy.isOf(file.getValue());
            if (copy != null && isOld && copy.users > 0) {
                return false;
            }
            if (isOld) {
                remove(Objects.requireNonNull(copies.remove(file.getKey())));
            }
            missing += copy == null || isOld ? file.getValue().getLen() : 0;
        }
        Iterator<Map.Entry<String, Copy>> oldest = copies.entrySet().iterator();
        while (bytes + missing > bound && oldest.hasNext()) {
            Map.Entry<String, Copy> entry = oldest.next();
            if (entry.getValue().users == 0 && !files.containsKey(entry.getKey())) {
                oldest.remove();
                remove(entry.getValue());
            }
        }
        return bytes + missing <= bound;
    }

    private void remove(Copy copy) {
        bytes -= copy.origin.getLen();
        try {
            Files.deleteIfExists(copy.path);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void complete(Copy copy, RemoteFiles remote) throws IOException {
        synchronized (copy) {
            if (copy.isComplete) {
                return;
            }
            Files.createDirectories(Objects.requireNonNull(copy.path.getParent()));
            Path part = copy.path.resolveSibling(copy.path.getFileName() + "." + UUID.randomUUID() + ".part");
            try (InputStream in = remote.open(copy.origin);
                    OutputStream out = Files.newOutputStream(part)) {
                byte[] chunk = new byte[CHUNK];
                long written = 0;
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    out.write(chunk, 0, read);
                    written += read;
                    if (Thread.interrupted()) {
                        throw new InterruptedIOException();
                    }
                }
                if (written != copy.origin.getLen()) {
                    throw new IOException(copy.origin.getPath() + " has changed while it was copied");
                }
                Files.move(part, copy.path, StandardCopyOption.ATOMIC_MOVE);
                copy.isComplete = true;
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }

    private synchronized void giveBack(List<Copy> held) {
        held.forEach(copy -> copy.users--);
        notifyAll();
    }

    /** How many bytes the copies may have. */
    long bound() {
        return bound;
    }

    /** How many bytes the copies have. */
    synchronized long bytes() {
        return bytes;
    }
}
