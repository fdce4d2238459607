package io.github.logalign.tensor;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.Decoder;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes 8-bit floats with scales: each element is the value of its code times the scale of its block, rounded to float32 once. */
final class ScaledDecoding implements Decoding {

    private final Tensor codes;
    private final Tensor scales;
    private final ScaleBlocks blocks;
    private final float[] valueOfCode;
    private final String format;

    /** The scales as float32, read when they are first needed. */
    private float @Nullable [] values;

    /**
     * A tensor and its scales.
     *
     * @param blocks which scale is whose
     */
    ScaledDecoding(Tensor codes, Float8 type, Tensor scales, ScaleBlocks blocks) {
        this.codes = codes;
        this.scales = scales;
        this.blocks = blocks;
        this.valueOfCode = type.byCode();
        this.format = codes.typeName() + " with a scale of " + scales.typeName() + " for each " + blocks.rows() + " x "
                + blocks.columns();
    }

    @Override
    public Decoder of(long first, long count) {
        boolean one = count == blocks.elementsOfMatrix();
        long each = one ? blocks.scalesOfMatrix() : scales.elements();
        long start = one && count > 0 && blocks.perMatrix() ? first / count * each : 0;
        int width = scales.dataType().bytes();
        return new ScaledDecoder(
                codes.segment().asSlice(first, count),
                scales.segment().asSlice(start * width, each * width),
                Arrays.copyOfRange(values(), Math.toIntExact(start), Math.toIntExact(start + each)));
    }

    private synchronized float[] values() {
        float[] known = values;
        if (known == null) {
            known = scales.read(memory -> floats(
                    memory, scales.dataType(), scales.byteOrder(), Math.toIntExact(scales.elements())));
            values = known;
        }
        return known;
    }

    private static float[] floats(MemorySegment memory, DataType type, ByteOrder order, int count) {
        float[] floats = new float[count];
        Float8 float8 = Float8.of(type);
        if (float8 != null) {
            float[] byCode = float8.byCode();
            for (int index = 0; index < count; index++) {
                floats[index] = byCode[Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, index))];
            }
            return floats;
        }
        Matrix row = Matrix.of(memory, type.elementType().orElseThrow(), 1, count).withByteOrder(order);
        for (int index = 0; index < count; index++) {
            floats[index] = (float) row.get(0, index);
        }
        return floats;
    }

    /** One or all of the matrices. */
    private final class ScaledDecoder implements Decoder {

        private final MemorySegment memory;
        private final MemorySegment scaleMemory;
        private final float[] scaleValues;

        ScaledDecoder(MemorySegment memory, MemorySegment scaleMemory, float[] scaleValues) {
            this.memory = memory;
            this.scaleMemory = scaleMemory;
            this.scaleValues = scaleValues;
        }

        @Override
        public void decode(long first, int count, MemorySegment target) {
            Arguments.decodable(first, count, memory.byteSize(), target);
            // Copied in one piece, which fails with an error where a mapped file became shorter.
            byte[] read = new byte[count];
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, first, read, 0, count);
            int done = 0;
            while (done < count) {
                long at = first + done;
                int run = (int) Math.min(count - done, blocks.run(at));
                float scale = scaleValues[blocks.scaleOf(at)];
                for (int index = done; index < done + run; index++) {
                    target.set(FLOAT, (long) index * Float.BYTES, valueOfCode[read[index] & 0xFF] * scale);
                }
                done += run;
            }
        }

        @Override
        public List<MemorySegment> memory() {
            return List.of(memory, scaleMemory);
        }

        @Override
        public String format() {
            return format;
        }
    }
}
