package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
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
        if (!first.isShapeKnown() || first.shape().length <= axis) {
            // Each rank has all of it, such as a mask or a bias.
            return first;
        }
        List<Tensor> all = new ArrayList<>();
        String problem = null;
        for (TensorFile part : parts) {
            Optional<Tensor> found = first.isNamed() ? part.find(first.name()) : part.tensors().stream().findFirst();
            if (found.isEmpty()) {
                problem = "it has no part in " + part.path().getFileName();
            } else if (!fits(first, found.get())) {
                problem = "its part in " + part.path().getFileName() + " is " + found.get().describe();
            } else {
                all.add(found.get());
            }
        }
        long[] shape = first.shape();
        if (problem != null) {
            Problem why = new Problem(problem,
                    "join files of which each has a part of every tensor, along axis " + axis);
            return Tensor.unusable(name(first), origin, first.dataType(), first.typeName(), shape, () -> why);
        }
        shape[axis] = all.stream().mapToLong(part -> part.shape()[axis]).sum();
        return new Tensor(name(first), origin, first.dataType(), shape, false, ByteOrder.LITTLE_ENDIAN,
                new JoinedContent(all, shape));
    }

    private static @Nullable String name(Tensor tensor) {
        return tensor.isNamed() ? tensor.name() : null;
    }

    private boolean fits(Tensor first, Tensor other) {
        if (other.dataType() != first.dataType() || !other.isShapeKnown() || !other.isRowMajorLittleEndian()) {
            return false;
        }
        long[] shape = other.shape();
        if (shape.length != first.shape().length) {
            return false;
        }
        shape[axis] = first.shape()[axis];
        return Arrays.equals(shape, first.shape());
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
            long outer = 1;
            for (int dimension = 0; dimension < axis; dimension++) {
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
