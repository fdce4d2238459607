package io.github.logalign.tensorboard;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.ProtoReader;
import io.github.logalign.internal.io.ProtoReader.Range;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Reads a TensorProto that has one element, which lies in its content or in the list for its type. */
final class TensorScalar {

    private final MemorySegment file;
    private final ScalarType type;
    private long elements;
    private long bits;

    private TensorScalar(MemorySegment file, ScalarType type) {
        this.file = file;
        this.type = type;
    }

    /**
     * The value of a tensor.
     *
     * @param range where its message lies
     * @param event the reader of what is around it
     * @return null if it has no elements, several, or some that are no numbers
     */
    static @Nullable Double read(MemorySegment file, Range range, ProtoReader event) {
        long number = 0;
        ProtoReader tensor = event.at(range, "tensor");
        while (tensor.next()) {
            if (tensor.field() == EventFields.TENSOR_TYPE) {
                number = tensor.number();
            } else {
                tensor.skip();
            }
        }
        ScalarType known = ScalarType.of(number).orElse(null);
        return known == null ? null : new TensorScalar(file, known).read(event.at(range, "tensor"));
    }

    private @Nullable Double read(ProtoReader tensor) {
        while (elements <= 1 && tensor.next()) {
            if (tensor.field() == EventFields.TENSOR_SHAPE) {
                readShape(tensor.message("shape"));
            } else if (tensor.field() == EventFields.TENSOR_CONTENT) {
                addFixed(tensor.bytes());
            } else if (tensor.field() == type.list()) {
                readList(tensor);
            } else {
                tensor.skip();
            }
        }
        return elements == 1 ? (Double) type.value(bits) : null;
    }

    /** A tensor without dimensions is a scalar. One whose dimensions are all 1 has one element, too. */
    private void readShape(ProtoReader shape) {
        while (shape.next()) {
            if (shape.field() == EventFields.SHAPE_DIMENSION) {
                readDimension(shape.message("dimension"));
            } else {
                shape.skip();
            }
        }
    }

    private void readDimension(ProtoReader dimension) {
        long size = 0;
        while (dimension.next()) {
            if (dimension.field() == EventFields.DIMENSION_SIZE) {
                size = dimension.number();
            } else {
                dimension.skip();
            }
        }
        if (size != 1) {
            addMany();
        }
    }

    private void readList(ProtoReader tensor) {
        boolean fixed = type == ScalarType.FLOAT || type == ScalarType.DOUBLE;
        if (tensor.wireType() != ProtoReader.BYTES) {
            add(switch (type) {
                case FLOAT -> Float.floatToRawIntBits(tensor.float32());
                case DOUBLE -> Double.doubleToRawLongBits(tensor.float64());
                default -> tensor.number();
            });
        } else if (fixed) {
            addFixed(tensor.bytes());
        } else {
            ProtoReader packed = tensor.message("list");
            while (elements <= 1 && !packed.atEnd()) {
                add(packed.varint());
            }
        }
    }

    private void addFixed(Range range) {
        if (range.size() == type.bytes()) {
            long start = range.start();
            add(switch (type.bytes()) {
                case Byte.BYTES -> file.get(ValueLayout.JAVA_BYTE, start);
                case Short.BYTES -> Bytes.u16(file, start);
                case Integer.BYTES -> Bytes.u32(file, start);
                default -> Bytes.u64(file, start);
            });
        } else if (range.size() > 0) {
            addMany();
        }
    }

    private void add(long element) {
        elements++;
        bits = element;
    }

    /** What has more than one element is no scalar. */
    private void addMany() {
        elements += 2;
    }
}
