package io.github.logalign.internal.blas;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What Linux knows of the file systems that are mounted. */
final class Mounts {

    private static final Path TABLE = Path.of("/proc/self/mountinfo");

    private Mounts() {}

    /** Whether no code can be loaded from a folder, because its file system is mounted noexec; false if that is unknown. */
    static boolean forbidCode(Path folder) {
        try {
            return forbidCode(folder.toRealPath(), Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1));
        } catch (IOException unknown) {
            return false;
        }
    }

    /**
     * Reads the table.
     *
     * @param folder a real path
     * @param table lines whose fifth field is a mount point and whose sixth is a list of options; of several that lie above
     *     a folder, the last one of the longest is in force
     */
    static boolean forbidCode(Path folder, List<String> table) {
        int longest = -1;
        boolean forbidden = false;
        for (String line : table) {
            String[] fields = line.split(" ", -1);
            if (fields.length < 6) {
                continue;
            }
            Path point = Path.of(fields[4].replace("\\040", " "));
            if (folder.startsWith(point) && point.getNameCount() >= longest) {
                longest = point.getNameCount();
                forbidden = Arrays.asList(fields[5].split(",", -1)).contains("noexec");
            }
        }
        return forbidden;
    }
}
