package io.github.logalign.tensor;

import io.github.logalign.ElementType;
import io.github.logalign.LogalignException;
import io.github.logalign.Matrix;
import io.github.logalign.Matrix.Orientation;
import io.github.logalign.TokenMask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of an open {@link TensorFile}: its name, type and shape, and views of its elements. Views end when the file is
 * closed.
 *
 * <p>Thread safety: immutable; any number of threads may read.
 */
public final class Tensor {

    private final @Nullable String name;
    private final Path path;
    private final DataType dataType;
    private final long[] shape;
    private final boolean columnMajor;
    private final ByteOrder byteOrder;
    private final Supplier<MemorySegment> data;

    Tensor(
            @Nullable String name,
            Path path,
            DataType dataType,
            long[] shape,
            boolean columnMajor,
            ByteOrder byteOrder,
            Supplier<MemorySegment> data) {
        this.name = name;
        this.path = path;
        this.dataType = dataType;
        this.shape = shape;
        this.columnMajor = columnMajor;
        this.byteOrder = byteOrder;
        this.data = data;
    }

    /**
     * A matrix within a tensor.
     *
     * @param name the tensor's name, or {@code name[i]} for the i-th of several
     * @param matrix the view
     */
    public record NamedMatrix(String name, Matrix matrix) {}

    /**
     * The tensor's name as it stands in the file; show it with {@link Names#printable}.
     *
     * @return the name, which may be empty; that of an array without one is
     */
    public String name() {
        return name == null ? "" : name;
    }

    /**
     * Tells whether it has a name: the array of a npy file has none.
     *
     * @return true if it has a name, be it empty
     */
    public boolean isNamed() {
        return name != null;
    }

    /**
     * The file that holds the elements; of a sharded checkpoint the shard.
     *
     * @return its path
     */
    public Path path() {
        return path;
    }

    /**
     * The element type.
     *
     * @return the type
     */
    public DataType dataType() {
        return dataType;
    }

    /**
     * The shape, outermost dimension first.
     *
     * @return the sizes, as a copy
     */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * Type and shape in words.
     *
     * @return such as {@code F32 [512, 64]}
     */
    public String describe() {
        return dataType + " " + Arrays.toString(shape);
    }

    /**
     * Tells whether there are matrices in it: two or three dimensions of F64, F32, F16 or BF16.
     *
     * @return true if {@link #matrices()} gives any
     */
    public boolean holdsMatrices() {
        return dataType.elementType().isPresent() && (shape.length == 2 || (shape.length == 3 && !columnMajor));
    }

    /**
     * The tensor as one matrix.
     *
     * @return a view
     * @throws LogalignException if it has not two dimensions, or its type is not F64, F32, F16 or BF16
     */
    public Matrix matrix() {
        if (shape.length != 2) {
            throw new LogalignException(where() + " is " + describe() + ", not a matrix: name a tensor of two dimensions");
        }
        return view(data.get(), shape[0], shape[1]);
    }

    /**
     * The matrices of a weight: the tensor itself, or each {@code name[i]} of {@code [experts, m, n]}.
     *
     * @return the views
     * @throws LogalignException if it has neither two nor three dimensions, is in Fortran order with three, or its type is
     *     not F64, F32, F16 or BF16
     */
    public List<NamedMatrix> matrices() {
        if (shape.length == 2) {
            return List.of(new NamedMatrix(name(), matrix()));
        }
        if (shape.length != 3) {
            throw new LogalignException(where() + " is " + describe() + ", not a matrix and not a stack of them: name a"
                    + " tensor of two or three dimensions");
        }
        requireRowMajor();
        MemorySegment all = data.get();
        long bytes = shape[1] * shape[2] * dataType.bytes();
        List<NamedMatrix> matrices = new ArrayList<>();
        for (long i = 0; i < shape[0]; i++) {
            matrices.add(new NamedMatrix(name() + "[" + i + "]", view(all.asSlice(i * bytes, bytes), shape[1], shape[2])));
        }
        return matrices;
    }

    /**
     * The tensor as activations: {@code [tokens, n]} as it is, {@code [batch, tokens, n]} with the batches one after
     * another.
     *
     * @return a view of {@code T x n}
     * @throws LogalignException if it has fewer than two dimensions, is in Fortran order with more, or its type is not F64,
     *     F32, F16 or BF16
     */
    public Matrix activations() {
        if (shape.length == 2) {
            return matrix();
        }
        if (shape.length < 2) {
            throw new LogalignException(
                    where() + " is " + describe() + ": activations have the dimensions [tokens, n] or [batch, tokens, n]");
        }
        requireRowMajor();
        long columns = shape[shape.length - 1];
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows *= shape[i];
        }
        return view(data.get(), rows, columns);
    }

    private void requireRowMajor() {
        if (columnMajor) {
            throw new LogalignException(where() + " has " + shape.length
                    + " dimensions in Fortran order: save it with numpy.ascontiguousarray first");
        }
    }

    private Matrix view(MemorySegment segment, long rows, long columns) {
        ElementType type = dataType
                .elementType()
                .orElseThrow(() -> new LogalignException(where() + " is " + describe()
                        + ": only F64, F32, F16 and BF16 can be scored; convert it first"));
        Orientation orientation = columnMajor ? Orientation.COLUMN_MAJOR : Orientation.ROW_MAJOR;
        return new Matrix(segment, type, rows, columns, columnMajor ? rows : columns, orientation, byteOrder);
    }

    /**
     * The tensor as a token mask: of BOOL or U8 what is not 0 counts; of I32 or I64 labels all but -100.
     *
     * @return one value per token, in the order of the elements
     * @throws LogalignException if it has another type, or more than 2^31 - 1 elements
     */
    public TokenMask mask() {
        MemorySegment elements = data.get();
        long count = elements.byteSize() / dataType.bytes();
        if (count > Integer.MAX_VALUE) {
            throw new LogalignException(where() + " has " + count + " elements: a mask has at most 2,147,483,647");
        }
        if (columnMajor && shape.length > 1) {
            requireRowMajor();
        }
        BitSet counting = new BitSet((int) count);
        for (int token = 0; token < count; token++) {
            long value =
                    switch (dataType) {
                        case BOOL, U8 -> elements.get(ValueLayout.JAVA_BYTE, token);
                        case I32 ->
                            elements.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(byteOrder), token * 4L) + 100L;
                        case I64 ->
                            elements.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(byteOrder), token * 8L) + 100L;
                        default ->
                            throw new LogalignException(where() + " is " + describe()
                                    + ": a mask is BOOL or U8 (not 0 counts), or I32 or I64 labels (-100 does not count)");
                    };
            counting.set(token, value != 0);
        }
        return TokenMask.of(counting, (int) count);
    }

    /**
     * File and name, for messages.
     *
     * @return such as {@code model.safetensors: tensor "lm_head.weight"}
     */
    public String where() {
        String file = Names.printable(path.toString());
        return name == null ? file + ": the array" : file + ": tensor \"" + Names.printable(name) + "\"";
    }
}
