package io.github.logalign.track;

import java.io.Serializable;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stamp by which a changed file is detected. The stamp of a sharded model's index covers its shards.
 *
 * <p>Thread safety: immutable.
 *
 * @param bytes the size in bytes, summed over all shards
 * @param modified the time of the last modification, to the nanosecond where the file system records it
 * @param ends a hash of the header and the last bytes
 */
public record FileStamp(long bytes, Instant modified, String ends) implements Serializable {

    private static final int MAX_HEADER = 1 << 20;
    private static final int TAIL = 1 << 12;
    private static final int HASH_BYTES = 8;
    private static final Pattern TEXT = Pattern.compile("(\\d{1,19}) (\\S+) ([0-9a-f]{1,64})");

    /** Rejects null components. */
    public FileStamp {
        Objects.requireNonNull(modified, "modified");
        Objects.requireNonNull(ends, "ends");
    }

    /**
     * Takes the stamp of a file. Cost: reads its header and its last 4,096 bytes.
     *
     * @param path a file of tensors
     * @return the stamp; null if the file does not exist or cannot be read
     */
    public static @Nullable FileStamp of(Path path) {
        try {
            long bytes = 0;
            Instant modified = Instant.MIN;
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (Path file : files(path)) {
                if (!file.equals(path) && !Files.exists(file)) {
                    continue;
                }
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                if (!attributes.isRegularFile()) {
                    return null;
                }
                bytes += attributes.size();
                Instant time = attributes.lastModifiedTime().toInstant();
                modified = time.isAfter(modified) ? time : modified;
                updateByEnds(hash, file);
            }
            return new FileStamp(bytes, modified, HexFormat.of().formatHex(hash.digest(), 0, HASH_BYTES));
        } catch (IOException unreadable) {
            return null;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * The files that belong to a path: the file itself and, if it is an index, its shards.
     *
     * @param path a file of tensors
     * @return the path and any shards
     */
    public static Set<Path> files(Path path) {
        Set<Path> files = new TreeSet<>(List.of(path));
        if (isIndexName(path)) {
            try {
                files.addAll(TensorFile.shards(path));
            } catch (LogalignException unreadable) {
                return files;
            }
        }
        return files;
    }

    static boolean isIndexName(Path path) {
        return String.valueOf(path.getFileName()).endsWith(".json");
    }

    private static void updateByEnds(MessageDigest hash, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            read(channel, length, 0);
            // The length of the header in a safetensors file; in other formats it is an arbitrary number, which does no
            // harm.
            long header = length.remaining() < Long.BYTES ? size : Long.BYTES + Math.max(0, length.getLong(0));
            update(hash, channel, 0, (int) Math.min(Math.max(0, header), Math.min(size, MAX_HEADER)));
            int tail = (int) Math.min(size, TAIL);
            update(hash, channel, size - tail, tail);
        }
    }

    private static void update(MessageDigest hash, FileChannel channel, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        read(channel, bytes, at);
        hash.update(bytes);
    }

    private static void read(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        boolean more = true;
        while (more && bytes.hasRemaining()) {
            more = channel.read(bytes, at + bytes.position()) >= 0;
        }
        bytes.flip();
    }

    /**
     * Parses the form that {@link #toString} returns.
     *
     * @param text size, time and hash, separated by spaces
     * @return the stamp
     * @throws IllegalArgumentException if the text has another form
     */
    public static FileStamp parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        try {
            if (matcher.matches()) {
                return new FileStamp(
                        Long.parseLong(matcher.group(1)), Instant.parse(matcher.group(2)), matcher.group(3));
            }
        } catch (NumberFormatException | DateTimeParseException wrong) {
            throw new IllegalArgumentException("\"" + text + "\" is not the state of a file", wrong);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not the state of a file");
    }

    @Override
    public String toString() {
        return bytes + " " + modified + " " + ends;
    }
}
