package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tensors whose parts are in several files, such as those of tensor-parallel ranks. A tensor is copied together when it is read
 * first.
 */
final class JoinedTensors {

    private static final String FITTING_FILES = "join files that have a part of every tensor, of one type and one order of elements, and "
            + "along the axis in which they differ";

    private final List<TensorFile> parts;
    private final int axis;
    private final Origin origin;
    private final Arena arena;

    private JoinedTensors(List<TensorFile> parts, int axis, Origin origin, Arena arena) {
        this.parts = parts;
        this.axis = axis;
        this.origin = origin;
        this.arena = arena;
    }

    /** The tensors of the first file, each joined with those of the same name in the others. */
    static TensorFormat.Contents of(List<TensorFile> parts, int axis, Origin origin, Arena arena) {
        JoinedTensors joined = new JoinedTensors(parts, axis, origin, arena);
        List<Tensor> tensors = parts.getFirst().tensors().stream().map(joined::join).toList();
        return new TensorFormat.Contents(parts.getFirst().metadata(), tensors, List.of());
    }

    private Tensor join(Tensor first) {
        if (!first.isShapeKnown()) {
            return first;
        }
        if (first.isDecoded()) {
            return first.unusable(new Problem("quantised tensors cannot be joined", "dequantise them first"));
        }
        long[] shape = first.shape();
        if (shape.length <= 1 && shape.length <= axis) {
            // Each file has all of it, such as a mask.
            return tensor(first, shape,
                    new SameContent(first, parts.stream().flatMap(part -> of(part, first).stream()).toList()));
        }
        if (shape.length <= axis) {
            return unusable(first, "it has " + shape.length + " dimensions, so there is no axis " + axis,
                    "give the number of a dimension, from 0");
        }
        List<Tensor> all = new ArrayList<>();
        for (TensorFile part : parts) {
            Optional<Tensor> found = of(part, first);
            if (found.isEmpty()) {
                return unusable(first, "it has no part in " + part.path().getFileName(), FITTING_FILES);
            }
            if (!fits(first, found.get())) {
                return unusable(first, "its part in " + part.path().getFileName() + " is " + found.get().describe(),
                        FITTING_FILES);
            }
            all.add(found.get());
        }
        shape[axis] = all.stream().mapToLong(part -> part.shape()[axis]).sum();
        return tensor(first, shape, new JoinedContent(all, shape));
    }

    private static Optional<Tensor> of(TensorFile part, Tensor first) {
        return part.find(first.name()).filter(tensor -> tensor.isNamed() == first.isNamed());
    }

    private Tensor tensor(Tensor like, long[] shape, Content content) {
        return new Tensor(name(like), origin, like.dataType(), shape, like.isFortranOrder(), like.byteOrder(), content);
    }

    /** Reading it says why: its row fails, and others do not. */
    private Tensor unusable(Tensor first, String what, String remedy) {
        return tensor(first, first.shape(), () -> {
            throw first.problem(what, remedy);
        });
    }

    private static @Nullable String name(Tensor tensor) {
        return tensor.isNamed() ? tensor.name() : null;
    }

    private boolean fits(Tensor first, Tensor other) {
        if (other.dataType() != first.dataType() || !other.isShapeKnown() || other.byteOrder() != first.byteOrder()
                || other.isFortranOrder() != first.isFortranOrder()) {
            return false;
        }
        long[] shape = other.shape();
        if (shape.length != first.shape().length) {
            return false;
        }
        shape[axis] = first.shape()[axis];
        return Arrays.equals(shape, first.shape());
    }

    /** What each file has all of; those that have it have to agree. */
    private record SameContent(Tensor first, List<Tensor> all) implements Content {

        @Override
        public MemorySegment segment() {
            MemorySegment segment = first.segment();
            for (Tensor other : all) {
                if (other.dataType() != first.dataType() || segment.mismatch(other.segment()) >= 0) {
                    throw first.problem("it differs in " + other.path().getFileName(),
                            "give the same to each file, or name it in one file only");
                }
            }
            return segment;
        }
    }

    /** Copies the parts side by side, once. */
    private final class JoinedContent implements Content {

        private final List<Tensor> all;
        private final long[] shape;
        private @Nullable MemorySegment joined;

        JoinedContent(List<Tensor> all, long[] shape) {
            this.all = all;
            this.shape = shape;
        }

        @Override
        public synchronized MemorySegment segment() {
            MemorySegment known = joined;
            if (known == null) {
                known = copy().asReadOnly();
                joined = known;
            }
            return known;
        }

        private MemorySegment copy() {
            List<MemorySegment> sources = all.stream().map(Tensor::segment).toList();
            long bytes = sources.stream().mapToLong(MemorySegment::byteSize).sum();
            MemorySegment target = arena.allocate(bytes, Long.BYTES);
            boolean isFortran = all.getFirst().isFortranOrder();
            long outer = 1;
            // The dimensions that vary more slowly than the axis.
            for (int dimension = isFortran ? axis + 1 : 0; dimension < (isFortran ? shape.length : axis); dimension++) {
                outer *= shape[dimension];
            }
            long to = 0;
            for (long index = 0; index < outer; index++) {
                for (MemorySegment source : sources) {
                    long piece = source.byteSize() / outer;
                    MemorySegment.copy(source, index * piece, target, to, piece);
                    to += piece;
                }
            }
            return target;
        }
    }
}
