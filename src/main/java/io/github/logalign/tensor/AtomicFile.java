package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file beside its final place and renames it when it is whole, so that readers never see half of it. What is
 * unfinished is deleted when writing fails, and when the JVM is told to stop.
 */
public final class AtomicFile {

    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> UNFINISHED.forEach(AtomicFile::delete), "logalign-unfinished-files"));
    }

    private AtomicFile() {}

    /** What writes the content. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes the content.
         *
         * @param out buffered; closed by the caller
         * @throws IOException if writing fails
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file, replacing what is there only when all is written.
     *
     * @param target the file
     * @param content what writes it
     * @throws LogalignException if it cannot be written, with the reason; nothing is left behind
     */
    public static void write(Path target, Content content) {
        Path folder = target.toAbsolutePath().getParent();
        String suffix = "." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".tmp";
        String name = target.getFileName() == null ? "" : target.getFileName().toString();
        if (folder == null || name.isEmpty() || Files.isDirectory(target)) {
            throw new LogalignException(Names.printable(target.toString()) + ": is a folder, not a file to write");
        }
        Path temporary = folder.resolve(cut(name) + suffix);
        UNFINISHED.add(temporary);
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(target.toString()) + ": cannot be written: " + reason(failed), failed);
        } finally {
            delete(temporary);
            UNFINISHED.remove(temporary);
        }
    }

    /** Leaves room for the suffix in file systems that allow 255 bytes. */
    private static String cut(String name) {
        return name.length() <= 50 ? name : name.substring(0, name.offsetByCodePoints(0, name.codePointCount(0, 50)));
    }

    private static String reason(IOException failed) {
        if (failed instanceof NoSuchFileException) {
            return "its folder does not exist";
        }
        if (failed instanceof AccessDeniedException) {
            return "no permission";
        }
        if (failed instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return String.valueOf(failed.getMessage());
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException stays) {
            // Nothing more can be done about it, and the failure that led here is the one to report.
        }
    }
}
