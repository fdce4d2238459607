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
 * What a path really is: equal for two paths exactly if writing to one would change the other. Links, relative paths, hard
 * links, mounts and names that differ in case where the system does not care are all seen through.
 *
 * @param key of the file, or of the nearest folder above that exists
 * @param names of what does not exist yet, from there on
 */
record FileIdentity(Object key, List<String> names) {

    /**
     * Looks at a path.
     *
     * @param path any path; need not exist
     * @throws IOException if the system does not tell, for example because links lead in a circle
     */
    static FileIdentity of(Path path) throws IOException {
        // What a descriptor leads to need not have a name any more.
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

    /** What does not exist is no link, so that ".." leads back. */
    private static List<String> normal(List<String> names) {
        Path path = Path.of("", names.toArray(String[]::new)).normalize();
        List<String> normal = new ArrayList<>();
        path.forEach(name -> normal.add(name.toString()));
        return normal;
    }

    /** Asks for the folder itself in the other case. */
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
