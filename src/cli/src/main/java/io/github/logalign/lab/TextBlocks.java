package io.github.logalign.lab;

import io.github.logalign.matrix.LogalignException;
import java.util.Random;

/**
 * Text in shuffled blocks of 4,096 bytes, a tenth of which is held out. A position is a byte to predict from the bytes
 * before it in its block.
 *
 * @param text the bytes of the text
 * @param training the indices of the training positions in the text, shuffled
 * @param heldOut the indices of the positions in the held-out blocks
 */
record TextBlocks(byte[] text, int[] training, int[] heldOut) {

    private static final int BLOCK = 4096;
    private static final int HELD_OUT_SHARE = 10;

    static TextBlocks shuffled(byte[] text, int context, Random random) {
        int blocks = text.length / BLOCK;
        if (blocks < HELD_OUT_SHARE) {
            throw new LogalignException("the text has " + text.length + " bytes, but at least "
                    + HELD_OUT_SHARE * BLOCK + " are needed; give more text with --text");
        }
        int[] order = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            order[i] = i;
        }
        shuffle(order, random);
        int held = blocks / HELD_OUT_SHARE;
        return new TextBlocks(
                text, positions(order, held, blocks, context, random), positions(order, 0, held, context, random));
    }

    private static int[] positions(int[] blocks, int from, int to, int context, Random random) {
        int each = BLOCK - context;
        int[] positions = new int[(to - from) * each];
        for (int b = from; b < to; b++) {
            for (int i = 0; i < each; i++) {
                positions[(b - from) * each + i] = blocks[b] * BLOCK + context + i;
            }
        }
        shuffle(positions, random);
        return positions;
    }

    static void shuffle(int[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = values[i];
            values[i] = values[j];
            values[j] = kept;
        }
    }
}
