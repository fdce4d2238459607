package io.github.logalign.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * Files of Hadoop file systems, as a task sees them. A store is asked for the size of a file once, since many jobs name the same
 * files.
 *
 * <p>Thread safety: none.
 */
final class RemoteFiles {

    private final Configuration configuration;
    private final Map<String, Optional<FileStatus>> known = new HashMap<>();

    RemoteFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * The size and the time of a file.
     *
     * @return empty if there is none that can be read
     */
    Optional<FileStatus> status(String name) throws IOException {
        Optional<FileStatus> status = known.get(name);
        if (status == null) {
            status = ask(name);
            known.put(name, status);
        }
        return status;
    }

    private Optional<FileStatus> ask(String name) throws IOException {
        Path path = new Path(name);
        try {
            FileStatus status = path.getFileSystem(configuration).getFileStatus(path);
            return status.isFile() ? Optional.of(status) : Optional.empty();
        } catch (FileNotFoundException | AccessControlException missing) {
            return Optional.empty();
        }
    }

    /**
     * The size of some files together, of which those that are missing have none.
     *
     * @throws UncheckedIOException if a file system fails
     */
    long bytes(Collection<String> names) {
        try {
            long bytes = 0;
            for (String name : names) {
                bytes += status(name).map(FileStatus::getLen).orElse(0L);
            }
            return bytes;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The content of a file. */
    InputStream open(FileStatus file) throws IOException {
        return file.getPath().getFileSystem(configuration).open(file.getPath());
    }
}
