package io.github.logalign.track;

import io.github.logalign.tensor.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A stamp by which a changed config.json beside weights is detected. It is a hash of the content alone, since runs
 * write the same file again and again.
 */
final class ConfigStamp {

    private static final String MISSING = "none";
    private static final String UNREADABLE = "unreadable";
    private static final int HASH_BYTES = 8;

    private ConfigStamp() {}

    /** The path of the file, whether it exists or not. */
    static Path path(Path weights) {
        return weights.resolveSibling(ModelConfig.FILE_NAME);
    }

    /** The state of the config.json beside weights, as one word. Cost: reads the file, at most 16 MB of it. */
    static String beside(Path weights) {
        Path path = path(weights);
        if (!Files.isRegularFile(path)) {
            return MISSING;
        }
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            hash.update(in.readNBytes(ModelConfig.MAX_BYTES + 1));
            return HexFormat.of().formatHex(hash.digest(), 0, HASH_BYTES);
        } catch (IOException unreadable) {
            return UNREADABLE;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
