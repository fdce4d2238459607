package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.tensor.Pickled.View;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The storages of a file of torch.save, each a member of the archive, and the tensors that are views of them. Several tensors
 * may share one. Elements that follow each other are not copied.
 */
final class TorchStorages {

    private static final String BYTE_ORDER = "byteorder";

    private final Map<String, ZipMember> members;
    private final String folder;
    private final Origin origin;
    private final Arena arena;
    private final ByteOrder order;

    /**
     * The storages.
     *
     * @param members of the archive, by their names
     * @param folder of the pickle in the archive, with its slash
     */
    TorchStorages(Map<String, ZipMember> members, String folder, Origin origin, Arena arena) {
        this.members = members;
        this.folder = folder;
        this.origin = origin;
        this.arena = arena;
        this.order = order();
    }

    private ByteOrder order() {
        ZipMember member = members.get(folder + BYTE_ORDER);
        if (member == null) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        String text = new String(member.head(BYTE_ORDER.length()), StandardCharsets.US_ASCII).strip();
        return switch (text) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw origin.damaged("its byte order is '" + Names.printable(text) + "'");
        };
    }

    /** A tensor; one with a fault cannot be used, but the others can. */
    Tensor tensor(@Nullable String name, View view) {
        String typeName = view.type().isEmpty() ? view.storage().type() : view.type();
        DataType type = view.type().isEmpty()
                ? TorchTypes.ofStorage(view.storage().type())
                : TorchTypes.named(view.type());
        long[] shape = view.sizes().stream().mapToLong(Long::longValue).toArray();
        if (type == null || type == DataType.OTHER) {
            return Tensor.unusable(name, origin, DataType.OTHER, typeName, shape, () -> new Problem(
                    "this type is not supported", "name another tensor or convert it to float32"));
        }
        ZipMember member = members.get(folder + "data/" + view.storage().key());
        Problem problem = member == null
                ? Problem.damage("its storage '" + Names.printable(view.storage().key()) + "' is missing")
                : problem(view, type, shape, member.size());
        return member == null || problem != null
                ? Tensor.unusable(name, origin, type, type.name(), shape, () -> Objects.requireNonNull(problem))
                : usable(name, view, type, member);
    }

    private static @Nullable Problem problem(View view, DataType type, long[] shape, long stored) {
        if (view.strides().size() != shape.length) {
            return Problem.damage("it has " + shape.length + " dimensions, but " + view.strides().size() + " strides");
        }
        int width = type.bytes();
        long last;
        long bytes;
        try {
            bytes = Shapes.bytes(shape, type);
            last = bytes == 0 ? -1 : last(view);
        } catch (ArithmeticException overflow) {
            return Problem.damage("the shape overflows");
        }
        long unit = view.storage().type().equals(TorchTypes.UNTYPED) ? 1 : width;
        if (view.storage().elements() != stored / unit || stored % unit != 0) {
            return Problem.damage("its storage should have " + view.storage().elements() + " elements, but has "
                    + stored + " bytes");
        }
        if (last >= stored / width) {
            return Problem.damage("it reaches beyond its storage of " + stored + " bytes");
        }
        return bytes > stored
                ? new Problem("its elements overlap: it has more of them than its storage",
                        "save it after .contiguous()")
                : null;
    }

    /** The last element in the storage. */
    private static long last(View view) {
        long last = view.offset();
        for (int dimension = 0; dimension < view.sizes().size(); dimension++) {
            long steps = view.sizes().get(dimension) - 1;
            last = Math.addExact(last, Math.multiplyExact(steps, view.strides().get(dimension)));
        }
        return last;
    }

    private Tensor usable(@Nullable String name, View view, DataType type, ZipMember member) {
        long[] shape = view.sizes().stream().mapToLong(Long::longValue).toArray();
        long size = Shapes.bytes(shape, type);
        long start = size == 0 ? 0 : view.offset() * type.bytes();
        boolean isFortran = !isOrdered(view, false) && shape.length == 2 && isOrdered(view, true);
        if (size == 0 || isFortran || isOrdered(view, false)) {
            return new Tensor(name, origin, type, shape, isFortran, order,
                    () -> member.content().asSlice(start, size));
        }
        long[] strides = view.strides().stream().mapToLong(Long::longValue).toArray();
        return new Tensor(name, origin, type, shape, false, order, new StridedContent(
                () -> member.content().asSlice(start), arena, shape, strides, type.bytes()));
    }

    /** Whether the elements follow each other, the last dimension fastest or the first. */
    private static boolean isOrdered(View view, boolean firstFastest) {
        int dimensions = view.sizes().size();
        long expected = 1;
        for (int step = 0; step < dimensions; step++) {
            int dimension = firstFastest ? step : dimensions - 1 - step;
            long size = view.sizes().get(dimension);
            if (size != 1 && view.strides().get(dimension) != expected) {
                return false;
            }
            expected *= size;
        }
        return true;
    }
}
