package io.github.logalign.internal.blas;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * The natives that come in a jar, copied into a folder from where the system's loader can take them. Any number of
 * processes may do so at once: each writes its own temporary file, verifies it and renames it into place.
 *
 * @param parts the libraries in the order of loading
 */
record BundledNatives(List<Part> parts) {

    private static final int BUFFER = 1 << 16;

    /**
     * One library in the jar.
     *
     * @param resource where it is
     * @param fileName its name without folder
     * @param size its length in bytes
     * @param crc its CRC-32
     */
    record Part(URL resource, String fileName, long size, long crc) {}

    /** The natives of this platform, or null if no place has their jar. */
    static @Nullable BundledNatives find(Platform platform) throws IOException {
        return find(platform, NativePlaces.all());
    }

    /** The natives of this platform at the first of some places that has them, or null. */
    static @Nullable BundledNatives find(Platform platform, List<NativePlaces.Place> places) throws IOException {
        for (NativePlaces.Place place : places) {
            BundledNatives found = at(place, platform);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable BundledNatives at(NativePlaces.Place place, Platform platform) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (String fileName : platform.bundledLibraries()) {
            URL resource = place.find("org/bytedeco/openblas/" + platform.classifier() + "/" + fileName);
            if (resource != null) {
                parts.add(describe(resource, fileName));
            } else if (fileName.contains("openblas")) {
                return null;
            }
        }
        return new BundledNatives(parts);
    }

    private static Part describe(URL resource, String fileName) throws IOException {
        URLConnection connection = resource.openConnection();
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection jarConnection) {
            try (JarFile jar = jarConnection.getJarFile()) {
                ZipEntry entry = jar.getEntry(jarConnection.getEntryName());
                if (entry.getSize() >= 0 && entry.getCrc() >= 0) {
                    return new Part(resource, fileName, entry.getSize(), entry.getCrc());
                }
            }
        }
        try (CheckedInputStream in = new CheckedInputStream(resource.openStream(), new CRC32())) {
            long size = in.transferTo(OutputStream.nullOutputStream());
            return new Part(resource, fileName, size, in.getChecksum().getValue());
        }
    }

    /** A folder name that no other version of the natives has. */
    String folderName() {
        CRC32 all = new CRC32();
        for (Part part : parts) {
            all.update((part.fileName() + part.size() + "," + part.crc()).getBytes(StandardCharsets.UTF_8));
        }
        return "openblas-" + HexFormat.of().toHexDigits((int) all.getValue());
    }

    /**
     * Makes sure that a folder holds every library undamaged.
     *
     * @return the files in the order of loading
     */
    List<Path> extractTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>();
        for (Part part : parts) {
            Path file = folder.resolve(part.fileName());
            if (!isIntact(file, part)) {
                extract(part, file);
            }
            files.add(file);
        }
        return files;
    }

    private static boolean isIntact(Path file, Part part) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != part.size()) {
            return false;
        }
        CRC32 crc = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return crc.getValue() == part.crc();
    }

    private static void extract(Part part, Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(folder, part.fileName() + ".", ".tmp");
        try {
            URLConnection connection = part.resource().openConnection();
            connection.setUseCaches(false);
            CRC32 crc = new CRC32();
            try (InputStream in = new CheckedInputStream(connection.getInputStream(), crc);
                    OutputStream out = Channels.newOutputStream(
                            FileChannel.open(temporary, StandardOpenOption.WRITE))) {
                in.transferTo(out);
            }
            if (crc.getValue() != part.crc() || Files.size(temporary) != part.size()) {
                throw new IOException(part.fileName() + " did not come out of " + part.resource() + " undamaged");
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
