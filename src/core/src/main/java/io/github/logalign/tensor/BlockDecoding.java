package io.github.logalign.tensor;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.io.Bytes;
import io.github.logalign.matrix.Decoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Decodes GGUF's Q8_0: blocks of a binary16 scale and 32 signed bytes. Each element is its byte times the scale, which float32 holds
 * exactly.
 *
 * @param tensor whose rows are whole blocks
 */
record BlockDecoding(Tensor tensor) implements Decoding {

    private static final int ELEMENTS = GgufType.Q8_0.blockElements();
    private static final int BYTES = GgufType.Q8_0.blockBytes();
    private static final int SCALE_BYTES = Short.BYTES;

    @Override
    public Decoder of(long first, long count) {
        return new BlockDecoder(tensor.segment().asSlice(first / ELEMENTS * BYTES, count / ELEMENTS * BYTES));
    }

    /**
     * Some of the blocks.
     *
     * @param blocks where they are
     */
    private record BlockDecoder(MemorySegment blocks) implements Decoder {

        @Override
        public void decode(long first, int count, MemorySegment target) {
            Arguments.decodable(first, count, blocks.byteSize() / BYTES * ELEMENTS, target);
            long firstBlock = first / ELEMENTS;
            long blockCount = Math.ceilDiv(first + count, ELEMENTS) - firstBlock;
            // Copied in one piece, which fails with an error where a mapped file became shorter.
            MemorySegment read = MemorySegment.ofArray(Bytes.copy(blocks, firstBlock * BYTES, blockCount * BYTES));
            int done = 0;
            while (done < count) {
                long at = first + done;
                int place = (int) (at % ELEMENTS);
                int run = Math.min(count - done, ELEMENTS - place);
                long block = (at / ELEMENTS - firstBlock) * BYTES;
                float scale = Float.float16ToFloat((short) Bytes.u16(read, block));
                for (int index = 0; index < run; index++) {
                    byte value = read.get(ValueLayout.JAVA_BYTE, block + SCALE_BYTES + place + index);
                    target.set(FLOAT, (long) (done + index) * Float.BYTES, value * scale);
                }
                done += run;
            }
        }

        @Override
        public List<MemorySegment> memory() {
            return List.of(blocks);
        }

        @Override
        public String format() {
            return GgufType.Q8_0.name();
        }
    }
}
