package io.github.logalign.score;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Of which tokens activations are. Activations of the same tokens differ from checkpoint to checkpoint, so what is recorded
 * beside them tells: tensors of integers that do not hold one value throughout, such as token ids, labels and masks; without
 * any, the metadata that describe the text.
 */
public final class TokenFingerprint {

    /** Metadata that say of which text the tokens are. */
    private static final Set<String> DESCRIBING = Set.of(
            "text", "tokens", "dataset", "data", "corpus", "documents", "prompt", "prompts", "split", "shard", "batch");

    private static final int PIECE = 1 << 16;

    private static final String IDS = "ids ";

    private TokenFingerprint() {}

    /**
     * The fingerprint of the tokens of a file.
     *
     * @param activations the open file
     * @return equal for files of the same tokens; empty if the file says nothing of its tokens
     * @throws LogalignException if a tensor cannot be read
     * @throws IllegalStateException if the file is closed
     */
    public static Optional<String> of(TensorFile activations) {
        Arguments.required(activations, "activations");
        return Boundary.call(() -> find(activations));
    }

    /**
     * Whether two fingerprints are known to be of different tokens; descriptions may differ where tokens do not.
     *
     * @param first a fingerprint, or null if nothing is known
     * @param second a fingerprint, or null if nothing is known
     * @return true if both are of ids, labels or masks, and these differ
     */
    public static boolean differ(@Nullable String first, @Nullable String second) {
        return first != null && second != null && first.startsWith(IDS) && second.startsWith(IDS)
                && !first.equals(second);
    }

    private static Optional<String> find(TensorFile activations) {
        List<Tensor> integers = activations.tensors().stream()
                .filter(tensor -> !tensor.isFloating() && tensor.problem().isEmpty() && tensor.isNamed())
                .filter(tensor -> !isConstant(tensor))
                .sorted(Comparator.comparing(Tensor::name))
                .toList();
        MessageDigest digest = digest();
        if (!integers.isEmpty()) {
            integers.forEach(tensor -> add(digest, tensor));
            return Optional.of(IDS + text(digest));
        }
        TreeMap<String, String> described = new TreeMap<>(activations.metadata());
        described.keySet().retainAll(DESCRIBING);
        if (described.isEmpty()) {
            return Optional.empty();
        }
        described
                .forEach((name, value) -> digest.update((name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8)));
        return Optional.of("description " + text(digest));
    }

    /** A mask of ones is that of any tokens. */
    private static boolean isConstant(Tensor tensor) {
        int width = Math.max(1, tensor.dataType().bytes());
        return tensor.read(bytes -> bytes.byteSize() <= width || MemorySegment.mismatch(
                bytes, 0, bytes.byteSize() - width, bytes, width, bytes.byteSize()) < 0);
    }

    private static void add(MessageDigest digest, Tensor tensor) {
        digest.update((tensor.name() + "\0" + tensor.dataType() + "\0" + Arrays.toString(tensor.shape()) + "\0")
                .getBytes(StandardCharsets.UTF_8));
        tensor.read(bytes -> {
            byte[] piece = new byte[PIECE];
            for (long done = 0; done < bytes.byteSize(); done += PIECE) {
                int count = (int) Math.min(PIECE, bytes.byteSize() - done);
                MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, piece, 0, count);
                digest.update(piece, 0, count);
            }
            return bytes;
        });
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    private static String text(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 12);
    }
}
