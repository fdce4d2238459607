package io.github.logalign.cli;

import io.github.logalign.internal.io.Links;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The identity of the file behind a path: equal for two paths if and only if writing to one would change the other.
 * Links, relative paths, hard links, mounts, and names that differ only in case on a case-insensitive file system are
 * resolved.
 *
 * @param key the key of the file, or of the nearest existing folder above it
 * @param names the remaining names of the path, which do not exist yet
 */
record FileIdentity(Object key, List<String> names) {

    /**
     * Resolves a path.
     *
     * @param path any path; need not exist
     * @throws IOException if the path cannot be resolved, for example because of a cycle of links
     */
    static FileIdentity of(Path path) throws IOException {
        // The file behind a descriptor may no longer have a name.
        Path existing = (Files.exists(path) ? path : Links.end(path)).toAbsolutePath();
        List<String> names = new ArrayList<>();
        while (!Files.exists(existing)) {
            Path name = existing.getFileName();
            Path parent = existing.getParent();
            if (name == null || parent == null) {
                break;
            }
            names.addFirst(name.toString());
            existing = parent;
        }
        if (!names.isEmpty() && ignoresCase(existing)) {
            names.replaceAll(name -> name.toLowerCase(Locale.ROOT));
        }
        return new FileIdentity(key(existing), normal(names));
    }

    private static Object key(Path existing) throws IOException {
        Object key = Files.readAttributes(existing, BasicFileAttributes.class).fileKey();
        return key == null ? existing.toRealPath().toString().toLowerCase(Locale.ROOT) : key;
    }

    /** Names that do not exist are not links, so ".." removes the name before it. */
    private static List<String> normal(List<String> names) {
        Path path = Path.of("", names.toArray(String[]::new)).normalize();
        List<String> normal = new ArrayList<>();
        path.forEach(name -> normal.add(name.toString()));
        return normal;
    }

    /** Looks up the folder itself with the case of its letters swapped. */
    private static boolean ignoresCase(Path folder) throws IOException {
        for (Path at = folder.toRealPath(); at != null && at.getNameCount() > 0; at = at.getParent()) {
            String name = String.valueOf(at.getFileName());
            String lower = name.toLowerCase(Locale.ROOT);
            String other = name.equals(lower) ? name.toUpperCase(Locale.ROOT) : lower;
            if (!name.equals(other)) {
                Path sibling = at.resolveSibling(other);
                return Files.exists(sibling) && Files.isSameFile(sibling, at);
            }
        }
        return false;
    }
}
