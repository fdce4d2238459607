package io.github.logalign.bench;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.GramLayout;
import io.github.logalign.internal.simd.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;

/**
 * The Gram matrix of 1,024 rows of length n: 1024 * n^2 floating-point operations, counting one triangle. The kernels pack
 * {@value GramLayout#DEPTH} rows at a time and always sum up in F64; BLAS is asked for the product alone, in the working type.
 */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class GramBenchmark extends CheckedBenchmark {

    private static final int ROWS = 1024;
    private static final int DEPTH = GramLayout.DEPTH;

    /** What is computed in. */
    @Param({"F64", "F32"})
    public Element working;

    /** The length of a row; two are prime. */
    @Param({"61", "768", "769", "2048", "4096"})
    public int n;

    /** Who computes. */
    @Param({"vector", "blas", "scalar"})
    public String implementation;

    private Kernels kernels;
    private Blas blas;
    private MemorySegment rows;
    private MemorySegment packed;
    private MemorySegment gram;
    private GramLayout layout;
    private int stride;

    @Override
    protected void prepare() {
        kernels = Implementation.of(implementation).kernels();
        blas = implementation.equals("blas") ? Blas.get() : null;
        rows = Numbers.normal(arena, working, ROWS, n, 1);
        layout = GramLayout.of(kernels, working, n);
        stride = blas == null ? layout.stride() : n;
        packed = arena.allocate(layout.packedSize(DEPTH) * working.bytes(), 64);
        gram = arena.allocate(layout.size() * Double.BYTES, 64);
    }

    @Override
    protected void check() {
        multiply();
        // BLAS leaves the triangle in the working type, the kernels in F64.
        Element result = blas == null ? Element.F64 : working;
        for (int i : new int[]{0, 1, n / 2, n - 1}) {
            for (int j : new int[]{0, i / 2, i}) {
                double expected = 0;
                double magnitude = 0;
                for (long row = 0; row < ROWS; row++) {
                    double product = Numbers.get(rows, working, row * n + i) * Numbers.get(rows, working, row * n + j);
                    expected += product;
                    magnitude += Math.abs(product);
                }
                mustBe(expected, Numbers.get(gram, result, (long) i * stride + j),
                        (working == Element.F64 ? 1e-13 : 1e-5) * magnitude);
            }
        }
    }

    /** One matrix. */
    @Benchmark
    public MemorySegment multiply() {
        return blas == null ? byKernels() : byBlas();
    }

    private MemorySegment byKernels() {
        gram.fill((byte) 0);
        for (int row = 0; row < ROWS; row += DEPTH) {
            MemorySegment block = rows.asSlice((long) row * n * working.bytes());
            kernels.packGram(working, block, 0, DEPTH, DEPTH, layout, packed);
            kernels.addGram(working, packed, DEPTH, layout, gram);
        }
        return gram;
    }

    private MemorySegment byBlas() {
        Real real = working == Element.F64 ? Real.DOUBLE : Real.SINGLE;
        return Blas.onLargeStack(() -> {
            blas.level3().syrk(Block.of(real, rows, n, ROWS), 0, Block.of(real, gram, n, n));
            return gram;
        });
    }
}
