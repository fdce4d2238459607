package io.github.logalign.batch;

import io.github.logalign.score.Glob;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of a folder, and others by their absolute paths. */
record FolderFiles(Path path) implements ManifestFiles {

    @Override
    public String folder() {
        return path.toString();
    }

    @Override
    public List<String> files(String name) throws IOException {
        Path file = path.resolve(name);
        Path parent = file.getParent();
        String pattern = String.valueOf(file.getFileName());
        if (parent == null || Files.exists(file) || !Files.isDirectory(parent) || !Glob.hasWildcards(pattern)) {
            return List.of(file.toString());
        }
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, pattern)) {
            entries.forEach(entry -> found.add(entry.toString()));
        }
        found.sort(null);
        return found.isEmpty() ? List.of(file.toString()) : found;
    }
}
