package io.github.logalign.internal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.testing.Needs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    private static final byte[] OLD = {'o', 'l', 'd'};
    private static final byte[] NEW = {'n', 'e', 'w'};

    @TempDir
    Path folder;

    private Path target = Path.of("target");

    @BeforeEach
    void writeOld() throws IOException {
        target = Files.write(folder.resolve("target"), OLD);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private void assertOldAlone() throws IOException {
        assertEquals(List.of("target"), names());
        assertEquals("old", Files.readString(target));
    }

    @Test
    void replacesTheOldFile() throws IOException {
        AtomicFile.write(target, out -> {
            out.write(NEW);
            assertEquals("old", Files.readString(target), "the old file stays until the new one is whole");
            assertEquals(2, names().size());
            out.close();
        });
        assertEquals(List.of("target"), names());
        assertEquals("new", Files.readString(target));
    }

    @Test
    void makesANewFileWithTheUsualPermissions() throws IOException {
        Path fresh = folder.resolve("fresh");
        AtomicFile.write(fresh, out -> out.write(NEW));
        assertEquals("new", Files.readString(fresh));
        assertEquals(Files.getPosixFilePermissions(target), Files.getPosixFilePermissions(fresh));
    }

    @Test
    void aFailureLeavesNothing() throws IOException {
        LogalignException failure = assertThrows(
                LogalignException.class,
                () -> AtomicFile.write(target, out -> {
                    out.write(NEW);
                    throw new IOException("disk\nfull");
                }));
        assertTrue(String.valueOf(failure.getMessage()).contains("disk\\u000Afull"));
        assertOldAlone();
        assertThrows(
                ArithmeticException.class,
                () -> AtomicFile.write(target, out -> {
                    out.write(new byte[200_000]);
                    throw new ArithmeticException("unchecked");
                }));
        assertOldAlone();
        assertThrows(
                StackOverflowError.class,
                () -> AtomicFile.write(target, out -> {
                    throw new StackOverflowError();
                }));
        assertOldAlone();
    }

    @Test
    void aFullDiskIsReported() throws IOException {
        LogalignException failure = assertThrows(
                LogalignException.class, () -> AtomicFile.write(Path.of("/dev/full"), out -> out.write(NEW)));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("/dev/full: it cannot be written"));
        assertOldAlone();
    }

    @Test
    void aDeviceIsWrittenDirectly() throws IOException {
        AtomicFile.write(Path.of("/dev/null"), out -> out.write(NEW));
        assertTrue(Files.readAttributes(Path.of("/dev/null"), java.nio.file.attribute.BasicFileAttributes.class)
                .isOther());
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        AtomicFile.write(link, out -> out.write(NEW));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(target));
        assertEquals(List.of("link", "target"), names());
    }

    @Test
    void linksAreFollowedToTheirEnd() throws IOException {
        Path chain = Files.createSymbolicLink(folder.resolve("chain"), Path.of("link"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("fresh"));
        AtomicFile.write(chain, out -> out.write(NEW));
        assertTrue(Files.isSymbolicLink(chain));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(folder.resolve("fresh")), "a link to nothing makes what it points to");
        assertEquals(List.of("chain", "fresh", "link", "target"), names());
    }

    @Test
    void linksThatLeadNowhereAreReported() throws IOException {
        Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertThrows(LogalignException.class, () -> AtomicFile.write(circle, out -> out.write(NEW)));
        Path lost = Files.createSymbolicLink(folder.resolve("lost"), Path.of("absent", "file"));
        LogalignException missing = assertThrows(
                LogalignException.class, () -> AtomicFile.write(lost, out -> out.write(NEW)));
        assertTrue(String.valueOf(missing.getMessage()).contains("absent"), missing::getMessage);
        assertEquals(List.of("circle", "lost", "target"), names());
    }

    @Test
    void theNewFileKeepsTheModeOfTheOld() throws IOException {
        for (String mode : List.of("rw-------", "rw-r-----", "rwxrwxrwx", "r--r--r--")) {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
            AtomicFile.write(target, out -> {
                out.write(NEW);
                for (String name : names()) {
                    assertEquals(
                            mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))),
                            "never open to others, not even the temporary file");
                }
            });
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        }
    }

    /** As in a container, where single files are mounted: nothing can be renamed over them. */
    @Test
    void aMountedFileIsOverwrittenInPlace() throws Exception {
        Path mounted = Files.write(folder.resolve("mounted"), OLD);
        Needs.that(run("mount", "--bind", target.toString(), mounted.toString()), "root, who may mount");
        try {
            byte[] large = new byte[300_000];
            AtomicFile.write(mounted, out -> out.write(large));
            assertArrayEquals(large, Files.readAllBytes(target));
            AtomicFile.write(mounted, out -> out.write(NEW));
            assertEquals("new", Files.readString(target), "nothing of the longer content is left");
            assertThrows(LogalignException.class, () -> AtomicFile.write(mounted, out -> {
                out.write(OLD);
                throw new IOException("no");
            }));
            assertEquals("new", Files.readString(mounted), "the content is whole before the file is touched");
            assertEquals(List.of("mounted", "target"), names());
        } finally {
            assertTrue(run("umount", mounted.toString()));
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    /** A stream of the process is a file when the shell redirects it; it must stay that file, with what is in it. */
    @Test
    void ownStreamsAreAppendedTo() throws Exception {
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), ToStandardOutput.class.getName())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(target.toFile()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(0, process.waitFor());
        assertEquals("oldnew", Files.readString(target));
    }

    /** A program that writes to its standard output as if to a file. */
    static final class ToStandardOutput {

        private ToStandardOutput() {}

        public static void main(String[] arguments) {
            AtomicFile.write(Path.of("/dev/stdout"), out -> out.write(NEW));
        }
    }

    @Test
    void foldersAreNoTargets() throws IOException {
        LogalignException itself = assertThrows(LogalignException.class,
                () -> AtomicFile.write(folder, out -> out.write(NEW)));
        assertTrue(String.valueOf(itself.getMessage()).contains("is a folder"));
        Path nowhere = folder.resolve("absent").resolve("file");
        LogalignException missing = assertThrows(LogalignException.class,
                () -> AtomicFile.write(nowhere, out -> out.write(NEW)));
        assertTrue(String.valueOf(missing.getMessage()).contains("folder does not exist"));
        assertOldAlone();
    }

    @Test
    void anInterruptedThreadLeavesNothing() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread writer = new Thread(() -> failure.complete(assertThrows(
                LogalignException.class,
                () -> AtomicFile.write(target, out -> {
                    Thread.currentThread().interrupt();
                    out.write(new byte[1 << 20]);
                }))));
        writer.start();
        writer.join();
        assertTrue(failure.isDone());
        assertOldAlone();
    }

    @Test
    void aTerminatedProcessLeavesNothing() throws Exception {
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                target.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("writing", output.readLine());
            assertEquals(2, names().size(), "the temporary file is there");
            process.destroy();
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        assertOldAlone();
    }

    /** A program that begins to write a file and never ends. */
    static final class Endless {

        private Endless() {}

        public static void main(String[] arguments) {
            AtomicFile.write(Path.of(arguments[0]), out -> {
                out.write(NEW);
                out.flush();
                System.out.println("writing");
                while (true) {
                    LockSupport.park();
                }
            });
        }
    }
}
