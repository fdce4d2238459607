package io.github.logalign.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.testing.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of copies never has more than its bound, and never less than what tasks hold. */
class LocalCopiesTest {

    private static final int BOUND = 100;

    @TempDir
    Path folder;

    private LocalCopies copies = new LocalCopies(Path.of(""), BOUND);

    @BeforeEach
    void begin() {
        copies = new LocalCopies(folder.resolve("copies"), BOUND);
    }

    private String remote(String name, int bytes) throws IOException {
        Path file = folder.resolve("store").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[bytes]);
        return "store:" + file;
    }

    private LocalCopies.Lease hold(String... names) throws InterruptedException {
        return copies.hold(List.of(names), new RemoteFiles(StoreFileSystem.configuration()));
    }

    private boolean isThere(String name) {
        return Files.exists(copies.path(name));
    }

    private long filesInFolder() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("copies"))) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void aFileIsCopiedOnce() throws Exception {
        String a = remote("a", 40);
        int before = StoreFileSystem.READS.get();
        for (int i = 0; i < 3; i++) {
            try (LocalCopies.Lease _ = hold(a); LocalCopies.Lease _ = hold(a)) {
                assertEquals(40, Files.size(copies.path(a)));
            }
        }
        assertEquals(1, StoreFileSystem.READS.get() - before);
    }

    @Test
    void theLongestUnusedCopyMakesRoom() throws Exception {
        String a = remote("a", 40);
        String b = remote("b", 40);
        String c = remote("c", 40);
        hold(a).close();
        hold(b).close();
        hold(a).close();
        hold(c).close();
        assertTrue(isThere(a));
        assertFalse(isThere(b));
        assertTrue(isThere(c));
        assertEquals(80, copies.bytes());
    }

    @Test
    void aTaskWaitsForRoomThatOthersHold() throws Exception {
        String a = remote("a", 60);
        String b = remote("b", 60);
        Thread other;
        try (LocalCopies.Lease _ = hold(a)) {
            other = Thread.startVirtualThread(() -> {
                try {
                    hold(b).close();
                } catch (InterruptedException unexpected) {
                    Thread.currentThread().interrupt();
                }
            });
            Limits.awaitThat(() -> other.getState() == Thread.State.WAITING);
            assertTrue(isThere(a));
            assertFalse(isThere(b));
        }
        other.join();
        assertTrue(isThere(b));
        assertFalse(isThere(a));
    }

    @Test
    void filesBeyondTheBoundAreRefused() throws Exception {
        String a = remote("a", 60);
        String b = remote("b", 60);
        LogalignException refused = assertThrows(LogalignException.class, () -> hold(a, b));
        assertTrue(String.valueOf(refused.getMessage()).contains("--local-space"), refused::getMessage);
        hold(a).close();
        assertEquals(60, copies.bytes());
    }

    @Test
    void aMissingFileIsLeftOut() throws Exception {
        String a = remote("a", 10);
        try (LocalCopies.Lease _ = hold(a, a + "-missing")) {
            assertTrue(isThere(a));
            assertFalse(isThere(a + "-missing"));
        }
    }

    @Test
    void aChangedFileIsCopiedAgain() throws Exception {
        String a = remote("a", 10);
        hold(a).close();
        remote("a", 20);
        hold(a).close();
        assertEquals(20, Files.size(copies.path(a)));
        Files.setLastModifiedTime(folder.resolve("store").resolve("a"), FileTime.fromMillis(1_000_000));
        int before = StoreFileSystem.READS.get();
        hold(a).close();
        assertEquals(1, StoreFileSystem.READS.get() - before);
        assertEquals(20, copies.bytes());
    }

    @Test
    void aStoreThatFailsLeavesNothingHalf() throws Exception {
        String a = remote("a", 30);
        StoreFileSystem.FAILURES.set(1);
        assertThrows(UncheckedIOException.class, () -> hold(a));
        assertEquals(0, filesInFolder());
        hold(a).close();
        assertEquals(30, Files.size(copies.path(a)));
    }

    @Test
    void anInterruptedTaskLeavesNothingHalf() throws Exception {
        String a = remote("a", 30);
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> hold(a));
        assertFalse(Thread.interrupted());
        assertEquals(0, filesInFolder());
        hold(a).close();
        assertTrue(isThere(a));
    }

    @Test
    void filesOfOneFolderLieSideBySide() throws Exception {
        assertEquals(copies.path("store:/x/a").getParent(), copies.path("store:/x/b").getParent());
        assertFalse(copies.path("store:/x/a").equals(copies.path("store:/y/a")));
    }
}
