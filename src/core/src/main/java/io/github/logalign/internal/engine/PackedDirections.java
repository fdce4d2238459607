package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Directions on which tokens are projected, in the layout that the kernels read: right singular vectors, or rows of W.
 *
 * @param memory the panels
 * @param panelWidth how many directions a panel holds
 * @param count how many directions there are
 * @param n the input dimension
 * @param precision that of the elements
 */
public record PackedDirections(MemorySegment memory, int panelWidth, int count, int n, Precision precision)
        implements
            Directions {

    /** Room for directions. */
    static PackedDirections allocate(int count, int n, Precision precision, Arena arena) {
        int width = panelWidth(precision);
        return new PackedDirections(
                NativeBuffer.allocate(byteSize(count, n, precision), arena), width, count, n, precision);
    }

    /** How many directions the kernels have in one panel. */
    static int panelWidth(Precision precision) {
        return Simd.kernels().panelWidth(WorkingTypes.element(precision));
    }

    /** The size of the memory that so many directions need. */
    static long byteSize(int count, int n, Precision precision) {
        int width = panelWidth(precision);
        return Panels.byteSize(Panels.count(count, width), width, n, WorkingTypes.element(precision));
    }

    /** Right singular vectors, from where LAPACK left them. */
    static PackedDirections of(Factorization.Vectors vectors, int count, int n, Precision precision, Arena arena) {
        PackedDirections packed = allocate(count, n, precision, arena);
        Panels.pack(
                WorkingTypes.element(precision), vectors.memory().segment(), vectors.start(), vectors.directionStride(),
                vectors.coordinateStride(), count, n, packed.panelWidth, packed.memory);
        return packed;
    }

    /** Right singular vectors that were unpacked before: row-major, in the element type of the precision. */
    public static PackedDirections of(Matrix vectors, Precision precision, Arena arena) {
        int count = Math.toIntExact(vectors.rows());
        int n = Math.toIntExact(vectors.columns());
        ElementType type = WorkingTypes.elementType(precision);
        if (vectors.elementType() != type || vectors.orientation() != Orientation.ROW_MAJOR
                || vectors.byteOrder() != ByteOrder.nativeOrder() || !vectors.isInMemory()) {
            throw new IllegalArgumentException(
                    "the vectors have to be row-major, of " + type + " in native byte order");
        }
        PackedDirections packed = allocate(count, n, precision, arena);
        Panels.pack(WorkingTypes.element(precision), KernelMemory.view(vectors.segment()), 0, vectors.stride(), 1,
                count, n,
                packed.panelWidth, packed.memory);
        return packed;
    }

    /** The first unit vectors. */
    static PackedDirections units(int count, int n, Precision precision, Arena arena) {
        PackedDirections packed = allocate(count, n, precision, arena);
        NativeBuffer.clear(packed.memory);
        for (int direction = 0; direction < count; direction++) {
            long index = Panels.index(direction, direction, packed.panelWidth, n);
            if (packed.element() == Element.F64) {
                packed.memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, 1);
            } else {
                packed.memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, 1);
            }
        }
        return packed;
    }

    Element element() {
        return WorkingTypes.element(precision);
    }

    int panelCount() {
        return Panels.count(count, panelWidth);
    }

    /** The size of the panels. */
    long byteSize() {
        return byteSize(count, n, precision);
    }

    /** The directions of some panels, in the same memory. */
    PackedDirections part(int firstPanel, int endPanel) {
        int first = firstPanel * panelWidth;
        int part = Math.min(count, endPanel * panelWidth) - first;
        MemorySegment panels = memory.asSlice(
                Panels.byteSize(firstPanel, panelWidth, n, element()), byteSize(part, n, precision));
        return new PackedDirections(panels, panelWidth, part, n, precision);
    }

    /** One sum for each direction that the panels have room for. */
    @Override
    public long room() {
        return (long) panelCount() * panelWidth;
    }

    @Override
    public PackedDirections readable() {
        return new PackedDirections(KernelMemory.view(memory), panelWidth, count, n, precision);
    }

    @Override
    public Matrix unpacked(Arena arena) {
        Element element = element();
        MemorySegment target = arena.allocate((long) count * n * element.bytes(), element.bytes());
        for (int direction = 0; direction < count; direction++) {
            for (int coordinate = 0; coordinate < n; coordinate++) {
                long from = Panels.index(direction, coordinate, panelWidth, n);
                long to = (long) direction * n + coordinate;
                if (element == Element.F64) {
                    target.setAtIndex(ValueLayout.JAVA_DOUBLE, to, memory.getAtIndex(ValueLayout.JAVA_DOUBLE, from));
                } else {
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, to, memory.getAtIndex(ValueLayout.JAVA_FLOAT, from));
                }
            }
        }
        return new Matrix(target, WorkingTypes.elementType(precision), count, n, n, Orientation.ROW_MAJOR,
                ByteOrder.nativeOrder());
    }

    @Override
    public TokenProjector projector(Products products, BlasSource blasSource, long tokens) {
        return new Projector(this, products, blasSource, tokens);
    }
}
