package io.github.logalign.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Damages good inputs at random, always in the same way: each gives a value or is refused in one line, and nothing else
 * happens. The profile {@code fuzz} goes on from here with new seeds, guided by coverage.
 */
public final class DamagedSeeds {

    private static final int RUNS = 3000;
    private static final long SEED = 20261101;

    private DamagedSeeds() {}

    /**
     * Makes sure that undamaged inputs give values.
     *
     * @param target the reader
     * @param folder an empty folder
     * @throws IOException if it cannot be written to
     */
    public static void checkGood(FuzzTarget target, Path folder) throws IOException {
        target.prepare(folder);
        for (byte[] seed : target.seeds()) {
            assertTrue(target.run(seed, folder) > 0, () -> HexFormat.of().formatHex(seed));
        }
    }

    /**
     * Makes sure that damaged inputs give values or are refused, both now and then.
     *
     * @param target the reader
     * @param folder an empty folder
     * @throws IOException if it cannot be written to
     */
    public static void checkDamaged(FuzzTarget target, Path folder) throws IOException {
        target.prepare(folder);
        Random random = new Random(SEED);
        List<byte[]> seeds = target.seeds();
        int refused = 0;
        for (int run = 0; run < RUNS; run++) {
            byte[] input = damage(seeds.get(run % seeds.size()), target, random);
            try {
                refused += target.run(input, folder) > 0 ? 0 : 1;
            } catch (RuntimeException | Error finding) {
                throw new AssertionError(
                        "seed " + SEED + ", run " + run + ": " + HexFormat.of().formatHex(input), finding);
            }
        }
        assertTrue(refused > RUNS / 10, "only " + refused + " were refused");
    }

    private static byte[] damage(byte[] good, FuzzTarget target, Random random) {
        byte[] bytes = random.nextInt(8) == 0
                ? Arrays.copyOf(good, random.nextInt(good.length + 16))
                : good.clone();
        int start = random.nextInt(Math.max(1, bytes.length));
        for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            int place = random.nextBoolean() ? random.nextInt(bytes.length) : (start + changes) % bytes.length;
            switch (random.nextInt(5)) {
                case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[place] = (byte) random.nextInt(256);
                case 2 -> bytes[place] = (byte) (random.nextBoolean() ? 0xFF : 0);
                case 3 -> bytes[place] = (byte) "{}[](),:\"'0129-. \\".charAt(random.nextInt(18));
                default -> {
                    byte[] word = target.words().get(random.nextInt(target.words().size()));
                    System.arraycopy(word, 0, bytes, place, Math.min(word.length, bytes.length - place));
                }
            }
        }
        return bytes;
    }
}
