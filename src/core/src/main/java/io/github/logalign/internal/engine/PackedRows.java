package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of W as directions on which tokens are projected: converted and packed some at a time for each batch, or once and
 * kept, which takes memory for all of them and spares small batches the conversion.
 *
 * <p>Thread safety: any number of threads may read rows at once.
 */
final class PackedRows {

    /** Rows of W are packed this many bytes at a time, so that converting the tokens again for each pack costs little. */
    private static final long PACK_BYTES = 16L << 20;

    private final Matrix w;
    private final int columns;
    private final Precision precision;
    private final int exponent;
    private final int width;
    private final @Nullable PackedDirections kept;

    /**
     * Packs all rows if they are to be kept.
     *
     * @param w finite
     * @param exponent what W is multiplied by, as an exponent of 2
     */
    PackedRows(Matrix w, Precision precision, int exponent, boolean keep) {
        this.w = w;
        this.columns = Math.toIntExact(w.columns());
        this.precision = precision;
        this.exponent = exponent;
        this.width = PackedDirections.panelWidth(precision);
        this.kept = keep && columns > 0 ? packAll() : null;
    }

    /** Whether rows are converted and packed anew each time. */
    boolean isPackedAnew() {
        return kept == null;
    }

    /** How many panels the rows fill. */
    int panels() {
        return Panels.count(Math.toIntExact(w.rows()), width);
    }

    private PackedDirections packAll() {
        int rows = Math.toIntExact(w.rows());
        PackedDirections all = PackedDirections.allocate(rows, columns, precision, Arena.ofAuto());
        forEachPacked(0, panels(), block -> {
            MemorySegment from = block.directions().memory();
            all.part(block.firstPanel(), block.firstPanel() + block.directions().panelCount()).memory()
                    .copyFrom(from.asSlice(0, block.directions().byteSize()));
        });
        return all;
    }

    /** Some rows, packed, and the panel that begins with the first of them. */
    private record Block(int firstPanel, PackedDirections directions) {}

    /**
     * Hands on the rows of some panels, one block after the other.
     *
     * @param block gets rows that are overwritten after it returns
     */
    void forEach(int firstPanel, int endPanel, Consumer<PackedDirections> block) {
        if (firstPanel == endPanel) {
            return;
        }
        if (kept == null) {
            forEachPacked(firstPanel, endPanel, packed -> block.accept(packed.directions()));
        } else {
            block.accept(kept.part(firstPanel, endPanel));
        }
    }

    private void forEachPacked(int firstPanel, int endPanel, Consumer<Block> each) {
        Element working = WorkingTypes.element(precision);
        long rowBytes = (long) columns * working.bytes();
        int together = Math.clamp(PACK_BYTES / rowBytes / width, 1, Math.max(1, endPanel - firstPanel));
        int most = Math.toIntExact(Math.min((long) together * width, w.rows()));
        try (BlockReader reader = new BlockReader(w, "weights");
                NativeBuffer plain = NativeBuffer.allocate(most * rowBytes);
                NativeBuffer panels = NativeBuffer.allocate(PackedDirections.byteSize(most, columns, precision))) {
            for (int panel = firstPanel; panel < endPanel; panel += together) {
                long row = (long) panel * width;
                int count = (int) Math.min((long) Math.min(together, endPanel - panel) * width, w.rows() - row);
                reader.read(row, count, false, working, exponent, plain.segment(), 0);
                Panels.pack(working, plain.segment(), 0, columns, 1, count, columns, width, panels.segment());
                each.accept(new Block(
                        panel, new PackedDirections(panels.segment(), width, count, columns, precision)));
            }
        }
    }
}
