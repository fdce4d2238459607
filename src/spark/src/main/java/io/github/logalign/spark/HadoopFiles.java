package io.github.logalign.spark;

import io.github.logalign.batch.Manifest;
import io.github.logalign.batch.ManifestFiles;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Glob;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files of a folder in a Hadoop file system, and others by their URIs. */
final class HadoopFiles implements ManifestFiles {

    private final Configuration configuration;
    private final Path folder;

    private HadoopFiles(Configuration configuration, Path folder) {
        this.configuration = configuration;
        this.folder = folder;
    }

    /**
     * Reads a manifest. A name without a scheme is of the default file system.
     *
     * @throws LogalignException if it cannot be read or a line is wrong
     */
    static Manifest manifest(String location, Configuration configuration) {
        try {
            Path path = new Path(location);
            FileSystem system = path.getFileSystem(configuration);
            Path qualified = system.makeQualified(path);
            Path parent = qualified.getParent();
            if (parent == null || !system.getFileStatus(qualified).isFile()) {
                throw new LogalignException(location + ": is not a regular file; give JSON Lines or CSV");
            }
            try (InputStream in = system.open(qualified)) {
                String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString();
                return Manifest.of(java.nio.file.Path.of(location), text, new HadoopFiles(configuration, parent));
            }
        } catch (CharacterCodingException notText) {
            throw new LogalignException(location + ": is not text in UTF-8; write JSON Lines or CSV", notText);
        } catch (FileNotFoundException missing) {
            throw new LogalignException(location + ": there is no such file; check the path", missing);
        } catch (IOException | IllegalArgumentException failed) {
            throw new LogalignException(location + ": cannot be read (" + failed.getMessage() + "); check the path",
                    failed);
        }
    }

    @Override
    public String folder() {
        return Locations.of(folder);
    }

    private Path path(String name) {
        try {
            return new Path(folder, new Path(name));
        } catch (IllegalArgumentException wrong) {
            throw new InvalidPathException(name, String.valueOf(wrong.getMessage()));
        }
    }

    @Override
    public List<String> files(String name) throws IOException {
        Path path = path(name);
        Path parent = path.getParent();
        if (parent == null || !Glob.hasWildcards(path.getName())) {
            return List.of(Locations.of(path));
        }
        FileSystem system = path.getFileSystem(configuration);
        List<String> found = new ArrayList<>();
        if (!system.exists(path) && system.exists(parent)) {
            Glob pattern = Glob.of(path.getName());
            for (FileStatus status : system.listStatus(parent)) {
                if (pattern.matches(status.getPath().getName())) {
                    found.add(Locations.of(status.getPath()));
                }
            }
        }
        found.sort(null);
        return found.isEmpty() ? List.of(Locations.of(path)) : found;
    }
}
