package io.github.logalign.tensor;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
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
 * <p>This file is long because of its documentation; {@link TensorViews} builds the matrices.
 */
public final class Tensor {

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
    /** Makes numbers of the elements; null where they are stored as numbers. */
    private final @Nullable Decoding decoding;
    /** It should be a tensor, but its type and shape are unknown. */
    private final boolean lost;
    private final boolean shapeKnown;

    /**
     * A null name means that the tensor has none. The content's size must match the shape, which {@link Shapes#bytes}
     * must have accepted.
     */
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
        this.decoding = null;
        this.shapeKnown = true;
        this.lost = false;
    }

    private Tensor(Tensor like, Decoding decoding) {
        this.name = like.name;
        this.named = like.named;
        this.origin = like.origin;
        this.dataType = like.dataType;
        this.shape = like.shape;
        this.fortranOrder = like.fortranOrder;
        this.byteOrder = like.byteOrder;
        this.content = like.content;
        this.typeName = like.typeName;
        this.refusal = null;
        this.shapeKnown = true;
        this.lost = false;
        this.decoding = decoding;
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
        this.decoding = null;
    }

    /**
     * A tensor whose type and shape are known, but whose elements cannot be used.
     *
     * @param problem the reason, created on demand
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

    /** An entry among the tensors that is not a tensor. */
    static Tensor none(String name, Origin origin, Supplier<LogalignException> refusal) {
        return new Tensor(name, origin, DataType.OTHER, "no array", null, false, refusal);
    }

    /** A tensor of which only the name can be read. */
    static Tensor lost(String name, Origin origin, String why, Supplier<LogalignException> refusal) {
        return new Tensor(name, origin, DataType.OTHER, why, null, true, refusal);
    }

    /**
     * The tensor's name as in the file: untrusted, see {@link Names#printable(String)}.
     *
     * @return the name; empty for the one tensor of an npy file
     */
    public String name() {
        return name;
    }

    /**
     * Whether the tensor has a name. The single tensor of an npy file has none; an empty name counts as a name.
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
     * Whether {@link #matrices()} finds matrices in the tensor, or would find them without a {@link #problem()}.
     *
     * @return true for 2 or 3 dimensions of a floating-point type; also true if the file of the tensor is missing or
     *     damaged, so that its type is unknown, and {@link #matrices()} then throws the reason
     */
    public boolean holdsMatrices() {
        return lost || (isFloating() && (shape.length == 2 || shape.length == 3));
    }

    /**
     * Why the elements cannot be used: the type is not supported, or the tensor's part of the file is missing or
     * damaged. Every method that would read the elements then throws a {@link LogalignException} with this message.
     *
     * @return one line that names the file, the problem and the remedy; empty if no problem is known yet
     */
    public Optional<String> problem() {
        return refusal == null ? Optional.empty() : Optional.ofNullable(refusal.get().getMessage());
    }

    /**
     * The file that holds the bytes; the shard, for a sharded checkpoint.
     *
     * @return its path
     */
    public Path path() {
        return origin.path();
    }

    /**
     * The type of the stored elements.
     *
     * @return the type; {@link DataType#OTHER} for an unknown type
     */
    public DataType dataType() {
        return dataType;
    }

    /**
     * The type's name: that of {@link #dataType()}, or the file's name for any other type, which is untrusted: see
     * {@link Names#printable(String)}.
     *
     * @return the name; "missing", "unreadable" or "no array" if the type is unknown
     */
    public String typeName() {
        return typeName;
    }

    /**
     * The shape, outermost dimension first.
     *
     * @return a copy; empty if the shape is unknown, which {@link #problem()} explains
     */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * Whether the file states the tensor's shape.
     *
     * @return false if only the name can be read, which {@link #problem()} explains
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
     * Whether a matrix can view these elements.
     *
     * @return true for F64, F32, F16 and BF16, and for quantised elements that {@link #isDecoded() are decoded}
     */
    public boolean isFloating() {
        return dataType.elementType().isPresent() || isDecoded();
    }

    /**
     * Whether the elements become float32 as they are read: 8-bit floats whose scales are in the same file or another shard, and
     * Q8_0 of GGUF. {@link #bytes()} gives them as they are stored.
     *
     * @return false for elements that are numbers as they are stored
     */
    public boolean isDecoded() {
        return decoding != null;
    }

    /**
     * The elements in the layout of the file. Reading them through {@link #read} is safer: if the file becomes shorter
     * in the meantime, the view throws an {@link InternalError}.
     *
     * @return a read-only view of {@code elements() * dataType().bytes()} bytes
     * @throws LogalignException if there is a {@link #problem()}, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public MemorySegment bytes() {
        return segment().asReadOnly();
    }

    /**
     * Reads the elements in the layout of the file.
     *
     * @param reader receives {@link #bytes()}
     * @param <T> the type of the result
     * @return the result of the reader
     * @throws LogalignException as for {@link #bytes()}, or if the file became shorter while it was read
     * @throws IllegalStateException if the file is closed
     */
    public <T> T read(Function<MemorySegment, T> reader) {
        Arguments.required(reader, "reader");
        return origin.reading(() -> reader.apply(bytes()));
    }

    /**
     * The tensor as a matrix, a view in the storage order of the file.
     *
     * @return a view of {@code shape[0] x shape[1]} elements
     * @throws LogalignException if the tensor does not have 2 dimensions or a floating-point type, or an npz member is
     *     damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix matrix() {
        return TensorViews.matrix(this);
    }

    /**
     * The tensor as activations, tokens x input: 2 dimensions unchanged, {@code [batch, tokens, n]} as
     * {@code (batch * tokens) x n}.
     *
     * @return the view
     * @throws LogalignException if the tensor does not have 2 or 3 dimensions or a floating-point type, has 3
     *     dimensions in Fortran order, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix activations() {
        return TensorViews.activations(this);
    }

    /**
     * The tensor as one matrix whose rows are the slices along the first dimension: {@code [out, in, k]} as
     * {@code out x (in * k)}, which is a convolution's weight for unfolded inputs.
     *
     * @return the view
     * @throws LogalignException if the tensor has fewer than 2 dimensions, no floating-point type, or more than 2
     *     dimensions in Fortran order, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix unfolded() {
        return TensorViews.unfolded(this);
    }

    /**
     * The matrices in the tensor. A tensor of 2 dimensions is one matrix with the tensor's name;
     * {@code [experts, m, n]} holds {@code name[0]}, {@code name[1]}, and so on.
     *
     * @return views, in order
     * @throws LogalignException if the tensor does not have 2 or 3 dimensions or a floating-point type, has 3
     *     dimensions in Fortran order or more than 65,536 matrices, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public List<NamedMatrix> matrices() {
        return TensorViews.matrices(this);
    }

    /**
     * The tokens that count, as {@link MaskTensor} interprets the tensor.
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
     * A description of type and shape for people, such as {@code F32 [512, 64]}.
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

    /**
     * Whether {@link #bytes()} holds little-endian elements in the order of the shape, the last dimension without gaps.
     *
     * @return false for npy arrays in Fortran order or of a big-endian type
     */
    public boolean isRowMajorLittleEndian() {
        return !fortranOrder && byteOrder == ByteOrder.LITTLE_ENDIAN;
    }

    /** Throws the reason if the elements cannot be used. */
    void requireUsable() {
        if (refusal != null) {
            throw refusal.get();
        }
    }

    boolean isFortranOrder() {
        return fortranOrder;
    }

    /** The byte order of the elements. */
    ByteOrder byteOrder() {
        return byteOrder;
    }

    /** The same elements, which become numbers as they are read. */
    Tensor decoded(Decoding by) {
        return new Tensor(this, by);
    }

    /** The same tensor, whose elements cannot be used. */
    Tensor unusable(Problem problem) {
        return unusable(named ? name : null, origin, dataType, typeName, shape, () -> problem);
    }

    /** What makes numbers of the elements; null where they are stored as numbers. */
    @Nullable
    Decoding decoding() {
        return decoding;
    }

    /** The elements, while the file is open. */
    MemorySegment segment() {
        MemorySegment segment = origin.reading(content::segment);
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the tensor's file is closed");
        }
        return segment;
    }

    /** One line: file, tensor, problem, remedy. */
    LogalignException problem(String what, String remedy) {
        return problem(origin, named ? name : null, describe(), new Problem(what, remedy));
    }

    private static LogalignException problem(Origin origin, @Nullable String name, String shown, Problem problem) {
        String which = name == null || name.isEmpty() ? "the tensor" : "tensor '" + Names.printable(name) + "'";
        return origin.problem(which + " (" + Names.printable(shown) + "): " + problem.what(), problem.remedy());
    }
}
