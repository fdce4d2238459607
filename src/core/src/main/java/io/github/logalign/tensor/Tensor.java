package io.github.logalign.tensor;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of an open {@link TensorFile}: its name, type and shape, and views of its elements.
 *
 * <p>Thread safety: immutable, may be used by many threads, until the file is closed; after that its views throw
 * {@link IllegalStateException}. Cost: a view of a mapped tensor costs nothing; the first view of an npz member reads
 * it whole to check its checksum, and expands it if it is compressed.
 *
 * <p>The file is longer than others: more than half of it says what each view is and when there is none.
 */
public final class Tensor {

    /** More slices than that are no experts but a shape that was meant to exhaust memory. */
    private static final long MAX_MATRICES = 1 << 16;

    private final String name;
    private final boolean named;
    private final Origin origin;
    private final DataType dataType;
    private final long[] shape;
    private final boolean fortranOrder;
    private final ByteOrder byteOrder;
    private final Content content;
    private final String typeName;
    private final @Nullable Supplier<LogalignException> refusal;
    /** It should be a tensor, but nobody can tell of which type and shape. */
    private final boolean lost;
    private final boolean shapeKnown;

    /** A null name is none; the content's size must be that of the shape, which {@link Shapes#bytes} must have accepted. */
    Tensor(
            @Nullable String name,
            Origin origin,
            DataType dataType,
            long[] shape,
            boolean fortranOrder,
            ByteOrder byteOrder,
            Content content) {
        this.name = name == null ? "" : name;
        this.named = name != null;
        this.origin = origin;
        this.dataType = dataType;
        this.shape = shape;
        this.fortranOrder = fortranOrder;
        this.byteOrder = byteOrder;
        this.content = content;
        this.typeName = dataType.name();
        this.refusal = null;
        this.shapeKnown = true;
        this.lost = false;
    }

    private Tensor(
            @Nullable String name,
            Origin origin,
            DataType dataType,
            String typeName,
            long @Nullable [] shape,
            boolean lost,
            Supplier<LogalignException> refusal) {
        this.name = name == null ? "" : name;
        this.named = name != null;
        this.origin = origin;
        this.dataType = dataType;
        this.typeName = typeName;
        this.shape = shape == null ? new long[0] : shape;
        this.shapeKnown = shape != null;
        this.fortranOrder = false;
        this.byteOrder = ByteOrder.LITTLE_ENDIAN;
        this.content = () -> {
            throw refusal.get();
        };
        this.refusal = refusal;
        this.lost = lost;
    }

    /**
     * A tensor of which the file tells type and shape, while its elements cannot be used.
     *
     * @param problem why, made when somebody asks
     */
    static Tensor unusable(
            @Nullable String name,
            Origin origin,
            DataType dataType,
            String typeName,
            long[] shape,
            Supplier<Problem> problem) {
        String shown = typeName + " " + Shapes.describe(shape);
        return new Tensor(
                name, origin, dataType, typeName, shape, false, () -> problem(origin, name, shown, problem.get()));
    }

    /** What stands among the tensors, but is none. */
    static Tensor none(String name, Origin origin, Supplier<LogalignException> refusal) {
        return new Tensor(name, origin, DataType.OTHER, "no array", null, false, refusal);
    }

    /** A tensor of which no more than the name can be read. */
    static Tensor lost(String name, Origin origin, String why, Supplier<LogalignException> refusal) {
        return new Tensor(name, origin, DataType.OTHER, why, null, true, refusal);
    }

    /**
     * The tensor's name as it stands in the file: untrusted, see {@link Names#printable(String)}.
     *
     * @return the name; empty for the one tensor of an npy file
     */
    public String name() {
        return name;
    }

    /**
     * Tells whether it has a name of its own: the one tensor of an npy file has none, while an empty name is a name.
     *
     * @return false for the tensor of an npy file
     */
    public boolean isNamed() {
        return named;
    }

    /**
     * File and name, for messages.
     *
     * @return one printable line
     */
    public String where() {
        return named
                ? Names.printable(path()) + ": tensor \"" + Names.printable(name) + "\""
                : Names.printable(path()) + ": the array";
    }

    /**
     * Tells whether {@link #matrices()} finds matrices in it, or should find them but for a problem.
     *
     * @return true for 2 or 3 dimensions of a floating type, and where the file that should hold the tensor is missing or
     *     damaged, so that nobody can tell: {@link #matrices()} says why then
     */
    public boolean holdsMatrices() {
        return lost || (isFloating() && (shape.length == 2 || shape.length == 3));
    }

    /**
     * Why its elements cannot be used: its type is none that can be computed with, or its part of the file is missing or
     * damaged. Every method that would read them then throws a {@link LogalignException} with this message.
     *
     * @return one line that names the file, the problem and what to do; empty if none is known so far
     */
    public Optional<String> problem() {
        return refusal == null ? Optional.empty() : Optional.ofNullable(refusal.get().getMessage());
    }

    /**
     * The file that holds the bytes: of a sharded model, the shard.
     *
     * @return its path
     */
    public Path path() {
        return origin.path();
    }

    /**
     * The type of the stored elements.
     *
     * @return the type; {@link DataType#OTHER} if it is none of the known ones
     */
    public DataType dataType() {
        return dataType;
    }

    /**
     * The type's name: that of {@link #dataType()}, or what the file calls a type that is none of these: untrusted, see
     * {@link Names#printable(String)}.
     *
     * @return the name; "missing", "unreadable" or "no array" if there is no type to tell
     */
    public String typeName() {
        return typeName;
    }

    /**
     * The shape, outermost dimension first.
     *
     * @return a copy; no dimensions if the shape is not known, which {@link #problem()} explains
     */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * Tells whether the file says what shape it has.
     *
     * @return false if no more than the name can be read, which {@link #problem()} explains
     */
    public boolean isShapeKnown() {
        return shapeKnown;
    }

    /**
     * The number of elements.
     *
     * @return the product of the shape; 1 for a scalar
     */
    public long elements() {
        return Shapes.elements(shape);
    }

    /**
     * Tells whether matrices can view these elements.
     *
     * @return true for F64, F32, F16 and BF16
     */
    public boolean isFloating() {
        return dataType.elementType().isPresent();
    }

    /**
     * The elements as they stand in the file. Reading them through {@link #read} is safer: if the file becomes shorter
     * meanwhile, the view throws an {@link InternalError}.
     *
     * @return a read-only view of {@code elements() * dataType().bytes()} bytes
     * @throws LogalignException if there is a {@link #problem()}, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public MemorySegment bytes() {
        return segment().asReadOnly();
    }

    /**
     * Reads the elements as they stand in the file.
     *
     * @param reader is given {@link #bytes()}
     * @param <T> what comes out
     * @return what the reader returned
     * @throws LogalignException as for {@link #bytes()}, or if the file became shorter while it was read
     * @throws IllegalStateException if the file is closed
     */
    public <T> T read(Function<MemorySegment, T> reader) {
        Arguments.required(reader, "reader");
        return origin.reading(() -> reader.apply(bytes()));
    }

    /**
     * The tensor as a matrix, a view in the file's own order.
     *
     * @return a view of {@code shape[0] x shape[1]} elements
     * @throws LogalignException if the tensor has other than 2 dimensions, or no floating type, or an npz member is
     *     damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix matrix() {
        requireUsable();
        ElementType type = elementType();
        if (shape.length != 2) {
            throw problem("a matrix has 2 dimensions, this has " + shape.length, "name another tensor or reshape it");
        }
        return matrix(segment(), type, shape[0], shape[1]);
    }

    /**
     * The tensor as activations, tokens x input: 2 dimensions as they are, {@code [batch, tokens, n]} as
     * {@code (batch * tokens) x n}.
     *
     * @return the view
     * @throws LogalignException if the tensor has other than 2 or 3 dimensions, or no floating type, or 3 dimensions in
     *     Fortran order, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix activations() {
        requireUsable();
        if (shape.length != 3) {
            if (shape.length != 2) {
                throw problem(
                        "activations have 2 dimensions (tokens, n) or 3 (batch, tokens, n), this has " + shape.length,
                        "save them in one of these shapes");
            }
            return matrix();
        }
        ElementType type = elementType();
        requireRowMajor();
        return matrix(segment(), type, Math.multiplyExact(shape[0], shape[1]), shape[2]);
    }

    /**
     * The tensor as one matrix whose rows are the slices along the first dimension: {@code [out, in, k]} as
     * {@code out x (in * k)}, which is a convolution's weight for unfolded inputs.
     *
     * @return the view
     * @throws LogalignException if the tensor has fewer than 2 dimensions, or no floating type, or more than 2 dimensions
     *     in Fortran order, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix unfolded() {
        if (shape.length <= 2) {
            return matrix();
        }
        ElementType type = elementType();
        requireRowMajor();
        long columns = 1;
        for (int dimension = 1; dimension < shape.length; dimension++) {
            columns = Math.multiplyExact(columns, shape[dimension]);
        }
        return matrix(segment(), type, shape[0], columns);
    }

    /**
     * The matrices in the tensor: 2 dimensions are one, under the tensor's name; {@code [experts, m, n]} are
     * {@code name[0]}, {@code name[1]}, and so on.
     *
     * @return views, in order
     * @throws LogalignException if the tensor has other than 2 or 3 dimensions, or no floating type, or 3 dimensions in
     *     Fortran order, or more than 65,536 matrices, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public List<NamedMatrix> matrices() {
        requireUsable();
        if (shape.length == 2) {
            return List.of(new NamedMatrix(name, matrix()));
        }
        ElementType type = elementType();
        if (shape.length != 3) {
            throw problem(
                    "2 dimensions (m, n) or 3 (experts, m, n) are expected, this has " + shape.length,
                    "name another tensor or reshape it");
        }
        requireRowMajor();
        if (shape[0] > MAX_MATRICES) {
            throw problem("more than " + MAX_MATRICES + " matrices in one tensor", "split it");
        }
        MemorySegment all = segment();
        long bytesEach = shape[0] == 0 ? 0 : all.byteSize() / shape[0];
        List<NamedMatrix> matrices = new ArrayList<>();
        for (int index = 0; index < shape[0]; index++) {
            MemorySegment slice = all.asSlice(index * bytesEach, bytesEach);
            matrices.add(new NamedMatrix(name + "[" + index + "]", matrix(slice, type, shape[1], shape[2])));
        }
        return List.copyOf(matrices);
    }

    /**
     * Which tokens count, as {@link MaskTensor} tells.
     *
     * @return a copy
     * @throws LogalignException if the tensor is neither a mask nor labels
     * @throws IllegalStateException if the file is closed
     */
    public TokenMask mask() {
        requireUsable();
        return MaskTensor.of(this).tokens();
    }

    /**
     * Type and shape for a reader, such as {@code F32 [512, 64]}.
     *
     * @return one line
     */
    public String describe() {
        if (!shapeKnown) {
            return typeName;
        }
        return Names.printable(typeName) + " " + Shapes.describe(shape)
                + (fortranOrder ? " in Fortran order" : "")
                + (byteOrder == ByteOrder.BIG_ENDIAN ? " big-endian" : "");
    }

    @Override
    public String toString() {
        return Names.printable(name) + " " + describe();
    }

    private Matrix matrix(MemorySegment segment, ElementType type, long rows, long columns) {
        return new Matrix(
                segment,
                type,
                rows,
                columns,
                fortranOrder ? rows : columns,
                fortranOrder ? Orientation.COLUMN_MAJOR : Orientation.ROW_MAJOR,
                byteOrder);
    }

    void requireUsable() {
        if (refusal != null) {
            throw refusal.get();
        }
    }

    private ElementType elementType() {
        return dataType.elementType()
                .orElseThrow(() -> problem(dataType + " elements cannot be computed with", switch (dataType) {
                    case BOOL -> "name another tensor";
                    case C64 -> "save its real and its imaginary part as tensors of their own";
                    default -> "name another tensor or convert it to float32";
                }));
    }

    /** The byte order of the elements. */
    ByteOrder byteOrder() {
        return byteOrder;
    }

    /** Where elements follow each other in the order of the indices. */
    void requireRowMajor() {
        if (fortranOrder) {
            throw problem(
                    shape.length + " dimensions in Fortran order cannot be taken apart",
                    "save it with numpy.ascontiguousarray");
        }
    }

    private MemorySegment segment() {
        MemorySegment segment = origin.reading(content::segment);
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the tensor's file is closed");
        }
        return segment;
    }

    /** One line: file, tensor, what is wrong, what to do. */
    LogalignException problem(String what, String remedy) {
        return problem(origin, named ? name : null, describe(), new Problem(what, remedy));
    }

    private static LogalignException problem(Origin origin, @Nullable String name, String shown, Problem problem) {
        String which = name == null || name.isEmpty() ? "the tensor" : "tensor '" + Names.printable(name) + "'";
        return origin.problem(which + " (" + Names.printable(shown) + "): " + problem.what(), problem.remedy());
    }
}
