package io.github.logalign.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.testing.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostileFilesTest {

    /**
     * The bound on all allocations for any file: the headers of a zip archive may expand to 64 MB, and are copied to be read.
     */
    private static final long BYTES = 256L << 20;

    /** More for each byte of a header that has to be read: the longest are a hundred megabytes. */
    private static final long BYTES_PER_BYTE = 16;

    private static final long LONGEST = 100L << 20;

    @TempDir
    Path folder;

    static List<HostileFiles.Case> all() {
        return HostileFiles.all();
    }

    @Test
    void casesAreManyAndDistinct() {
        Set<String> names = new HashSet<>();
        HostileFiles.all().forEach(hostile -> names.add(hostile.name()));
        assertEquals(HostileFiles.all().size(), names.size());
        assertTrue(names.size() >= 100, () -> "only " + names.size());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void failsWithOneLine(HostileFiles.Case hostile) throws Throwable {
        Path path = hostile.write(folder);
        List<LogalignException> failures = new ArrayList<>();
        long limit = BYTES + BYTES_PER_BYTE * Math.min(Files.isRegularFile(path) ? Files.size(path) : 0, LONGEST);
        Limits.allocatingAtMost(
                limit, () -> failures.add(assertThrows(LogalignException.class, () -> touchEverything(path))));
        LogalignException failure = failures.getFirst();
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains(hostile.expected()), message);
        assertTrue(message.contains(path.getFileName().toString()) || message.contains(folder.toString()), message);
        assertTrue(message.matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}]*"), "must be printable");
        assertTrue(message.length() < 1500, () -> "too long: " + message.length());
        assertTrue(message.contains("; "), "must say what to do: " + message);
    }

    private static void touchEverything(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            for (Tensor tensor : file.tensors()) {
                tensor.matrix();
            }
        }
    }
}
