package io.github.logalign.bench.compare;

import io.github.logalign.bench.Yardstick;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The yardstick in C. */
record InC(int method, int precision, Path blas) implements Contestant {

    @Override
    public String version() {
        return "C yardstick";
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        Yardstick yardstick = Yardstick.open(blas);
        int n = input.n();
        return () -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment p = arena.allocate(8L * Math.min(input.m(), n), 64);
                if (input.x() == null) {
                    MemorySegment v = arena.allocate(8L * n * n, 64);
                    yardstick.spectrum(code(input.w().elementType()), input.w().segment(), input.m(), n, method,
                            precision,
                            p, v);
                    return new Answer(p.toArray(ValueLayout.JAVA_DOUBLE), Double.NaN);
                }
                MemorySegment q = arena.allocate(8L * Math.min(input.m(), n), 64);
                double overlap = yardstick.score(code(input.w().elementType()), input.w().segment(), input.m(), n,
                        input.x().segment(), input.x().rows(), method, precision, p, q);
                return new Answer(p.toArray(ValueLayout.JAVA_DOUBLE), Answer.lar(overlap, n));
            }
        };
    }

    private static int code(ElementType type) {
        return Yardstick.code(Element.valueOf(type.name()));
    }
}
