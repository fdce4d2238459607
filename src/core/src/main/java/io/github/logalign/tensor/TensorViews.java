package io.github.logalign.tensor;

import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Views the elements of a tensor as matrices, or says why its shape or type does not allow it. */
final class TensorViews {

    /** No model has more experts; a larger shape is an attempt to exhaust memory. */
    private static final long MAX_MATRICES = 1 << 16;

    private TensorViews() {}

    static Matrix matrix(Tensor tensor) {
        tensor.requireUsable();
        ElementType type = elementType(tensor);
        long[] shape = tensor.shape();
        if (shape.length != 2) {
            throw tensor.problem(
                    "a matrix has 2 dimensions, this tensor has " + shape.length,
                    "name another tensor or reshape it");
        }
        return view(tensor, type, shape[0], shape[1]);
    }

    static Matrix activations(Tensor tensor) {
        tensor.requireUsable();
        long[] shape = tensor.shape();
        if (shape.length == 2) {
            return matrix(tensor);
        }
        if (shape.length != 3) {
            throw tensor.problem(
                    "activations have 2 dimensions (tokens, n) or 3 (batch, tokens, n), this tensor has "
                            + shape.length,
                    "save them in one of these shapes");
        }
        ElementType type = elementType(tensor);
        requireRowMajor(tensor);
        return view(tensor, type, Math.multiplyExact(shape[0], shape[1]), shape[2]);
    }

    static Matrix unfolded(Tensor tensor) {
        long[] shape = tensor.shape();
        if (shape.length <= 2) {
            return matrix(tensor);
        }
        ElementType type = elementType(tensor);
        requireRowMajor(tensor);
        long columns = 1;
        for (int dimension = 1; dimension < shape.length; dimension++) {
            columns = Math.multiplyExact(columns, shape[dimension]);
        }
        return view(tensor, type, shape[0], columns);
    }

    static List<NamedMatrix> matrices(Tensor tensor) {
        tensor.requireUsable();
        long[] shape = tensor.shape();
        if (shape.length == 2) {
            return List.of(new NamedMatrix(tensor.name(), matrix(tensor)));
        }
        ElementType type = elementType(tensor);
        if (shape.length != 3) {
            throw tensor.problem(
                    "2 dimensions (m, n) or 3 (experts, m, n) are expected, this tensor has " + shape.length,
                    "name another tensor or reshape it");
        }
        requireRowMajor(tensor);
        if (shape[0] > MAX_MATRICES) {
            throw tensor.problem("more than " + MAX_MATRICES + " matrices in one tensor", "split it");
        }
        List<NamedMatrix> matrices = new ArrayList<>();
        for (int index = 0; index < shape[0]; index++) {
            matrices.add(new NamedMatrix(
                    tensor.name() + "[" + index + "]", slice(tensor, index, type, shape[1], shape[2])));
        }
        return List.copyOf(matrices);
    }

    /** Checks that the elements are in row-major order. */
    static void requireRowMajor(Tensor tensor) {
        if (tensor.isFortranOrder()) {
            throw tensor.problem(
                    tensor.shape().length + " dimensions in Fortran order cannot be split into matrices",
                    "save it with numpy.ascontiguousarray");
        }
    }

    /** One of the matrices that follow each other. */
    private static Matrix slice(Tensor tensor, long index, ElementType type, long rows, long columns) {
        Decoding decoding = tensor.decoding();
        long elements = rows * columns;
        if (decoding != null) {
            return Matrix.decoded(decoding.of(index * elements, elements), rows, columns);
        }
        long bytes = elements * type.bytes();
        return view(tensor, tensor.segment().asSlice(index * bytes, bytes), type, rows, columns);
    }

    /** All elements as one matrix. */
    private static Matrix view(Tensor tensor, ElementType type, long rows, long columns) {
        Decoding decoding = tensor.decoding();
        return decoding != null
                ? Matrix.decoded(decoding.of(0, rows * columns), rows, columns)
                : view(tensor, tensor.segment(), type, rows, columns);
    }

    private static Matrix view(Tensor tensor, MemorySegment segment, ElementType type, long rows, long columns) {
        boolean fortranOrder = tensor.isFortranOrder();
        return new Matrix(
                segment,
                type,
                rows,
                columns,
                fortranOrder ? rows : columns,
                fortranOrder ? Orientation.COLUMN_MAJOR : Orientation.ROW_MAJOR,
                tensor.byteOrder());
    }

    private static ElementType elementType(Tensor tensor) {
        if (tensor.isDecoded()) {
            return ElementType.F32;
        }
        DataType dataType = tensor.dataType();
        return dataType.elementType()
                .orElseThrow(() -> tensor.problem(dataType + " elements are not supported for computation",
                        switch (dataType) {
                            case BOOL -> "name another tensor";
                            case C64 -> "save its real and its imaginary part as separate tensors";
                            default -> "name another tensor or convert it to float32";
                        }));
    }
}
