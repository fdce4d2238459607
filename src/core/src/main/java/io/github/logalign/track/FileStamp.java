package io.github.logalign.track;

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
 * What tells that a file has changed. Of the index of a sharded model, the shards count too.
 *
 * <p>Thread safety: immutable.
 *
 * @param bytes the size, of all shards together
 * @param modified the time of the last change, to the nanosecond where the file system keeps it
 * @param ends a hash of the header and of the last bytes
 */
public record FileStamp(long bytes, Instant modified, String ends) {

    private static final int MOST_HEADER = 1 << 20;
    private static final int TAIL = 1 << 12;
    private static final int HASH_BYTES = 8;
    private static final Pattern TEXT = Pattern.compile("(\\d{1,19}) (\\S+) ([0-9a-f]{1,64})");

    /** Checks that nothing is missing. */
    public FileStamp {
        Objects.requireNonNull(modified, "modified");
        Objects.requireNonNull(ends, "ends");
    }

    /**
     * Looks at a file. Cost: its header and its last 4,096 bytes are read.
     *
     * @param path a file of tensors
     * @return its state; null if it is not there or cannot be read
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
        } catch (IOException notThere) {
            return null;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * The files that belong to a path: itself, and the shards that it is the index of.
     *
     * @param path a file of tensors
     * @return at least the path
     */
    static Set<Path> files(Path path) {
        Set<Path> files = new TreeSet<>(List.of(path));
        if (isIndexName(path)) {
            try (TensorFile index = TensorFile.open(path)) {
                index.tensors().forEach(tensor -> files.add(tensor.path()));
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
            // The length of the header if it is a safetensors file; any length will do for others.
            long header = length.remaining() < Long.BYTES ? size : Long.BYTES + Math.max(0, length.getLong(0));
            update(hash, channel, 0, (int) Math.min(Math.max(0, header), Math.min(size, MOST_HEADER)));
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
     * Reads the form that {@link #toString} gives.
     *
     * @param text size, time and hash with spaces between
     * @return the stamp
     * @throws IllegalArgumentException if it is none
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
