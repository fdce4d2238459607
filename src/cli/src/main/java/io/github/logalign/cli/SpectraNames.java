package io.github.logalign.cli;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Chooses unique file names for layers. Names that are not safe on every file system are cleaned, shortened and given a
 * hash. Names differ even on file systems that ignore case.
 */
final class SpectraNames {

    private static final int MAX_LENGTH = 120;
    private static final Set<String> RESERVED = Set.of("con", "prn", "aux", "nul", "com1", "com2", "lpt1", "lpt2");

    private final Set<String> used = new HashSet<>();

    /**
     * The file name of the next layer.
     *
     * @param layer the name of the layer
     * @param identity a string that distinguishes the layer from others whose names would become equal
     */
    String next(String layer, String identity) {
        String name = fileName(layer);
        if (take(name)) {
            return name;
        }
        String hashed = withHash(name, identity);
        String next = hashed;
        for (int count = 2; !take(next); count++) {
            next = hashed + "-" + count;
        }
        return next;
    }

    private boolean take(String name) {
        return used.add(name.toLowerCase(Locale.ROOT));
    }

    static String fileName(String layer) {
        StringBuilder clean = new StringBuilder();
        layer.codePoints().forEach(c -> clean.append(isSafe(c) ? (char) c : '_'));
        String name = clean.toString();
        boolean safe = name.equals(layer)
                && !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && name.charAt(0) != '.'
                && name.charAt(0) != '-'
                && !RESERVED.contains(name.toLowerCase(Locale.ROOT));
        if (safe) {
            return name;
        }
        String start = name.isEmpty() || name.charAt(0) == '.' || name.charAt(0) == '-' ? "_" + name : name;
        return withHash(start, layer);
    }

    private static boolean isSafe(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._-[]".indexOf(c) >= 0;
    }

    private static String withHash(String name, String original) {
        CRC32 hash = new CRC32();
        hash.update(original.getBytes(StandardCharsets.UTF_8));
        String cut = name.length() > MAX_LENGTH ? name.substring(0, MAX_LENGTH) : name;
        return String.format(Locale.ROOT, "%s-%08x", cut, hash.getValue());
    }
}
