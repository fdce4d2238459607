package io.github.logalign.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds a pickle instruction by instruction, as Python's pickler writes it and as it never would. */
final class PickleBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static PickleBytes protocol(int number) {
        return new PickleBytes().code(0x80, number);
    }

    /** Raw bytes. */
    PickleBytes code(int... bytes) {
        for (int each : bytes) {
            out.write(each);
        }
        return this;
    }

    PickleBytes code(String text) {
        out.writeBytes(TestBytes.latin1(text));
        return this;
    }

    PickleBytes global(String module, String name) {
        return code("c" + module + "\n" + name + "\n");
    }

    PickleBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        code('X').little(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    PickleBytes whole(long value) {
        if (value >= 0 && value < 1 << Byte.SIZE) {
            return code('K', (int) value);
        }
        if (value == (int) value) {
            return code('J').little((int) value);
        }
        code(0x8a, Long.BYTES);
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
        return this;
    }

    PickleBytes little(int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
        return this;
    }

    PickleBytes tuple(long... values) {
        code('(');
        for (long value : values) {
            whole(value);
        }
        return code('t');
    }

    /** The arguments of a tensor but its last ones: its storage, offset, sizes and strides. */
    private PickleBytes view(String type, String key, long elements, long offset, long[] sizes, long[] strides) {
        code("((").text("storage").global("torch", type).text(key).text("cpu").whole(elements).code("tQ").whole(offset);
        return tuple(sizes).tuple(strides);
    }

    /** A tensor. */
    PickleBytes tensor(String type, String key, long elements, long offset, long[] sizes, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2").view(type, key, elements, offset, sizes, strides)
                .code(0x89).global("collections", "OrderedDict").code(")RtR");
    }

    /** A tensor of bytes whose type stands beside it. */
    PickleBytes typedTensor(String type, String key, long bytes, long[] sizes, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v3").view("UntypedStorage", key, bytes, 0, sizes, strides)
                .code(0x89).global("collections", "OrderedDict").code(")R").global("torch", type).code("tR");
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    /** The end. */
    byte[] stop() {
        return code('.').toBytes();
    }
}
