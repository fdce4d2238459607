package io.github.logalign.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The whole lines of a file, with their places. */
final class LineReader {

    private static final int BUFFER = 1 << 16;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).flip();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long read;
    private long offset;
    private int length;

    LineReader(FileChannel channel) {
        this.channel = channel;
    }

    /** The next line without its end; null if no whole line follows. */
    @Nullable
    String next() throws IOException {
        line.reset();
        long start = read - buffer.remaining();
        while (true) {
            if (!buffer.hasRemaining()) {
                buffer.clear();
                int count = channel.read(buffer, read);
                buffer.flip();
                if (count < 0) {
                    return null;
                }
                read += count;
            }
            byte[] bytes = buffer.array();
            int from = buffer.position();
            int to = from;
            while (to < buffer.limit() && bytes[to] != '\n') {
                to++;
            }
            line.write(bytes, from, to - from);
            if (to < buffer.limit()) {
                buffer.position(to + 1);
                offset = start;
                length = line.size();
                return line.toString(StandardCharsets.UTF_8);
            }
            buffer.position(to);
        }
    }

    /** Where the last line begins. */
    long offset() {
        return offset;
    }

    /** How many bytes the last line has. */
    int length() {
        return length;
    }
}
