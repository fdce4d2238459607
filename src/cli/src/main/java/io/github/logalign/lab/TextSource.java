package io.github.logalign.lab;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of real text: a file, the files of a folder, the entries of a zip file, or the sources of the JDK.
 */
final class TextSource {

    /** The largest number of bytes to read, more than any run needs. */
    private static final int MAX_BYTES = 24 << 20;

    private TextSource() {}

    static byte[] read(@Nullable Path text) {
        Path source = text == null ? jdkSources() : text;
        try {
            byte[] bytes = Files.isDirectory(source)
                    ? ofFolder(source)
                    : source.toString().endsWith(".zip") ? ofZip(source) : ofFile(source);
            if (bytes.length == 0) {
                throw new LogalignException(Names.printable(source) + ": it holds no text; give other text with "
                        + "--text");
            }
            return bytes;
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(source) + ": it cannot be read as text; give other text with --text", failed);
        }
    }

    private static Path jdkSources() {
        List<String> homes = new ArrayList<>();
        homes.add(System.getProperty("java.home"));
        if (System.getenv("JAVA_HOME") != null) {
            homes.add(System.getenv("JAVA_HOME"));
        }
        homes.addAll(installed());
        for (String home : homes) {
            for (String place : List.of("lib/src.zip", "src.zip")) {
                Path sources = Path.of(home, place);
                if (Files.isRegularFile(sources)) {
                    return sources;
                }
            }
        }
        throw new LogalignException("no JDK with its sources (lib/src.zip) was found; set JAVA_HOME to a JDK that "
                + "has them, or give a file or folder with a few megabytes of text with --text");
    }

    /**
     * The JDKs in the usual folder of Linux distributions, in reverse alphabetical order, so usually the newest first.
     */
    private static List<String> installed() {
        Path folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> homes = Files.list(folder)) {
            return homes.map(Path::toString).sorted(Collections.reverseOrder()).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static byte[] ofFile(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES);
        }
    }

    private static byte[] ofFolder(Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    bytes.writeBytes(in.readNBytes(MAX_BYTES - bytes.size()));
                }
                if (bytes.size() >= MAX_BYTES) {
                    break;
                }
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] ofZip(Path zip) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            List<? extends ZipEntry> entries = Collections.list(file.entries());
            for (ZipEntry entry : entries) {
                if (!entry.isDirectory() && bytes.size() < MAX_BYTES) {
                    try (InputStream in = file.getInputStream(entry)) {
                        bytes.writeBytes(in.readNBytes(MAX_BYTES - bytes.size()));
                    }
                }
            }
        }
        return bytes.toByteArray();
    }
}
