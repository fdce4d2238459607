package io.github.logalign.internal.engine;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The norms of activations and of outputs that are there already. A service may ask for them at every request, so the usual
 * batch, rows of float32 or bfloat16 in native memory, is read once where it lies, and nothing is allocated.
 */
public final class GivenOutputs {

    /** What ran. */
    public static final Step STEP = new Step(Kind.GIVEN_OUTPUTS, Set.of(), List.of());

    /** Elements squared at a time: enough to amortise the final addition of the many sums. */
    private static final int PIECE = 1 << 18;

    private GivenOutputs() {}

    /**
     * Adds both norms to sums, or to neither if something is wrong.
     *
     * @param x T x n
     * @param z T x m
     * @param mask T values, or null
     * @param inputs gets ||X||_F^2
     * @param outputs gets ||Z||_F^2
     * @return how many tokens counted
     */
    public static long add(Matrix x, Matrix z, @Nullable TokenMask mask, Precision precision, int threads,
            ScaledSum inputs, ScaledSum outputs) {
        KernelMemory.check(x);
        KernelMemory.check(z);
        if (threads > 1 || !isInPlace(x) || !isInPlace(z) || (mask != null && mask.tokens() != x.rows())) {
            return addByBlocks(x, z, mask, precision, threads, inputs, outputs);
        }
        double ofInputs = sumOfSquares(x, mask);
        double ofOutputs = sumOfSquares(z, mask);
        if (!Double.isFinite(ofInputs) || !Double.isFinite(ofOutputs)) {
            // To say where the value is that is not finite.
            return addByBlocks(x, z, mask, precision, threads, inputs, outputs);
        }
        inputs.add(ofInputs, 0);
        outputs.add(ofOutputs, 0);
        return mask == null ? x.rows() : mask.counting();
    }

    private static long addByBlocks(Matrix x, Matrix z, @Nullable TokenMask mask, Precision precision, int threads,
            ScaledSum inputs, ScaledSum outputs) {
        if (z.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the outputs have " + z.columns() + " columns: more than 2,147,483,647");
        }
        SquaredNorm ofInputs = SquaredNorm.of(x, mask, precision, "activations", false, threads);
        SquaredNorm ofOutputs = SquaredNorm.of(z, mask, precision, "outputs", false, threads);
        inputs.add(ofInputs.sum());
        outputs.add(ofOutputs.sum());
        return ofInputs.counted();
    }

    /**
     * Adds both norms by groups of tokens.
     *
     * @param groups T tokens
     * @return the sums of each group
     */
    public static List<GroupTotal> ofGroups(Matrix x, Matrix z, @Nullable TokenMask mask, TokenGroups groups,
            Precision precision, int threads) {
        KernelMemory.check(x);
        KernelMemory.check(z);
        List<SquaredNorm> ofInputs = SquaredNorm.ofGroups(x, mask, groups, precision, "activations", threads);
        List<SquaredNorm> ofOutputs = SquaredNorm.ofGroups(z, mask, groups, precision, "outputs", threads);
        List<GroupTotal> totals = new ArrayList<>(groups.count());
        for (int group = 0; group < groups.count(); group++) {
            SquaredNorm inputs = ofInputs.get(group);
            totals.add(new GroupTotal(
                    inputs.counted(), inputs.sum(), ofOutputs.get(group).sum(), new ScaledSum()));
        }
        return totals;
    }

    private static boolean isInPlace(Matrix x) {
        if (!x.isInMemory()) {
            return false;
        }
        MemorySegment memory = x.segment();
        Element element = WorkingTypes.element(x.elementType());
        return memory.isNative()
                && !memory.isMapped()
                && x.byteOrder() == ByteOrder.LITTLE_ENDIAN
                && x.orientation() == Orientation.ROW_MAJOR
                && (element == Element.F32 || element == Element.BF16);
    }

    private static double sumOfSquares(Matrix x, @Nullable TokenMask mask) {
        MemorySegment memory = KernelMemory.view(x.segment());
        Element element = WorkingTypes.element(x.elementType());
        boolean dense = x.stride() == x.columns();
        double sum = 0;
        long row = mask == null ? 0 : mask.nextCounting(0);
        while (row < x.rows()) {
            long end = mask == null ? x.rows() : mask.nextMasked(row);
            if (dense) {
                sum += sumOfRun(memory, element, row * x.stride(), (end - row) * x.columns());
            } else {
                for (long each = row; each < end; each++) {
                    sum += sumOfRun(memory, element, each * x.stride(), x.columns());
                }
            }
            row = mask == null ? end : mask.nextCounting(end);
        }
        return sum;
    }

    private static double sumOfRun(MemorySegment memory, Element element, long first, long count) {
        Kernels kernels = Simd.kernels();
        double sum = 0;
        for (long done = 0; done < count; done += PIECE) {
            sum += kernels.sumOfSquares(
                    memory, (first + done) * element.bytes(), element, (int) Math.min(PIECE, count - done));
        }
        return sum;
    }
}
