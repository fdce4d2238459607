package io.github.logalign.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that records a failure. Writers swallow failures, but a truncated result must not look complete. A
 * reader that closes the pipe early, such as {@code head}, does not count as a failure.
 */
final class StandardOutput extends OutputStream {

    private final OutputStream out;
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[]{(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException failed) {
            failure = failed;
            throw failed;
        }
    }

    /** Throws the failure recorded earlier, if any. */
    void finish() throws IOException {
        if (failure != null && !readerHasGone(failure)) {
            throw failure;
        }
    }

    /**
     * Whether the reader closed the pipe. The message depends on the system's language, but writing to a pipe fails for
     * no other reason.
     */
    private static boolean readerHasGone(IOException failure) {
        if (String.valueOf(failure.getMessage()).contains("Broken pipe")) {
            return true;
        }
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
        } catch (IOException unknown) {
            return false;
        }
    }
}
