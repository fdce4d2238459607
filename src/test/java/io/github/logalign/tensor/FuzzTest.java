package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.safetensors;
import static io.github.logalign.tensor.TestBytes.utf8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.LogalignException;
import io.github.logalign.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damages good files at random: each opens and can be read, or is refused, and nothing else happens. */
class FuzzTest {

    private static final int RUNS = 4000;
    private static final long SEED = 20261101;

    enum Format {
        SAFETENSORS, INDEX, NPY, NPZ_STORED, NPZ_DEFLATED, NPZ_STREAMED;

        byte[] content() {
            byte[] array = npy(dictionary("<f4", false, "(2, 3)"), f32(1, 2, 3, 4, 5, 6));
            return switch (this) {
                case SAFETENSORS ->
                    safetensors(
                            "{\"__metadata__\":{\"a\":\"\\u00e9\"}," + entry("w", "F32", "[2,3]", 0, 24) + ","
                                    + entry("v", "BF16", "[1,3]", 24, 30) + "}",
                            new byte[30]);
                case INDEX -> utf8("{\"metadata\":{\"x\":[1,-2.5e3,null]},\"weight_map\":{\"w\":\"shard\"}}");
                case NPY -> array;
                case NPZ_STORED ->
                    ZipBytes.archive(
                            ZipBytes.wideLocal(ZipBytes.member("a.npy", array, false)),
                            ZipBytes.member("b.npy", array, false));
                case NPZ_DEFLATED -> ZipBytes.archive(ZipBytes.wideCentral(ZipBytes.member("a.npy", array, true)));
                case NPZ_STREAMED -> ZipBytes.archive(ZipBytes.streamed("a.npy", array, true, true));
            };
        }
    }

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}, seed " + SEED)
    @EnumSource(Format.class)
    void damagedFilesOpenOrAreRefused(Format format) throws IOException {
        Files.write(folder.resolve("shard"), safetensors("{" + entry("w", "F32", "[1,1]", 0, 4) + "}", f32(1)));
        Random random = new Random(SEED);
        Path path = folder.resolve("file");
        int refused = 0;
        for (int run = 0; run < RUNS; run++) {
            byte[] content = run == 0 ? format.content() : damage(format.content(), random);
            Files.write(path, content);
            boolean readable = assertTimeoutPreemptively(
                    Duration.ofSeconds(5), () -> isReadable(path), () -> Arrays.toString(content));
            assertTrue(readable || run > 0, "the file is good before it is damaged");
            refused += readable ? 0 : 1;
        }
        assertTrue(refused > RUNS / 4, "only " + refused + " were refused");
    }

    private static byte[] damage(byte[] good, Random random) {
        byte[] bytes = random.nextInt(8) == 0 ? Arrays.copyOf(good, random.nextInt(good.length + 16)) : good;
        int start = random.nextInt(Math.max(1, bytes.length));
        for (int flips = 1 + random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
            int place = random.nextBoolean() ? random.nextInt(bytes.length) : (start + flips) % bytes.length;
            bytes[place] = switch (random.nextInt(4)) {
                case 0 -> (byte) (bytes[place] ^ 1 << random.nextInt(8));
                case 1 -> (byte) random.nextInt(256);
                case 2 -> (byte) (random.nextBoolean() ? 0xFF : 0);
                default -> (byte) "{}[](),:\"'0129-. \\".charAt(random.nextInt(18));
            };
        }
        return bytes;
    }

    private static boolean isReadable(Path path) {
        boolean readable = true;
        try (TensorFile file = TensorFile.open(path)) {
            for (Tensor tensor : file.tensors()) {
                readable &= canTouch(tensor);
            }
        } catch (LogalignException refused) {
            assertOneLine(refused);
            readable = false;
        }
        return readable;
    }

    private static boolean canTouch(Tensor tensor) {
        try {
            Matrix matrix = tensor.matrix();
            if (matrix.rows() > 0 && matrix.columns() > 0) {
                matrix.get(matrix.rows() - 1, matrix.columns() - 1);
            }
            return true;
        } catch (LogalignException refused) {
            assertOneLine(refused);
            return false;
        }
    }

    private static void assertOneLine(LogalignException refused) {
        String message = String.valueOf(refused.getMessage());
        assertFalse(message.chars().anyMatch(Character::isISOControl), message);
    }
}
