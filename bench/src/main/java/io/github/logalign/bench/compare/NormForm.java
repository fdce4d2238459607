package io.github.logalign.bench.compare;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.bench.Yardstick;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * LAR from W, X and Z in memory: one pass over each. Z stands for the layer's outputs: W's first rows, repeated, since no
 * more is asked of it than to be read.
 *
 * @param yardstick C, or null for this library
 */
record NormForm(Yardstick yardstick, int threads) implements Contestant {

    @Override
    public String version() {
        return yardstick == null ? "logalign" : "C yardstick";
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        Matrix w = input.w();
        Matrix x = input.x();
        MemorySegment outputs = Arena.global().allocate(x.rows() * w.rows() * w.elementType().bytes(), 64);
        for (long done = 0; done < outputs.byteSize(); done += w.segment().byteSize()) {
            long count = Math.min(w.segment().byteSize(), outputs.byteSize() - done);
            MemorySegment.copy(w.segment(), 0, outputs, done, count);
        }
        Matrix z = Matrix.of(outputs, w.elementType(), x.rows(), w.rows());
        if (yardstick == null) {
            return () -> {
                AlignmentSums sums = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withThreads(threads));
                sums.add(x, z, null);
                return new Answer(null, sums.alignment().lar());
            };
        }
        int code = w.elementType() == ElementType.F32 ? Yardstick.F32 : Yardstick.BF16;
        return () -> {
            double weights = yardstick.squares(code, w.segment(), w.rows() * w.columns());
            double inputs = yardstick.squares(code, x.segment(), x.rows() * x.columns());
            double both = yardstick.squares(code, z.segment(), z.rows() * z.columns());
            return new Answer(null, Answer.lar(both / (weights * inputs), input.n()));
        };
    }
}
