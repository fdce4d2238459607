package io.github.logalign.bench.compare;

import io.github.logalign.bench.compare.Case.Source;
import java.util.List;

/** The cases of the comparison. */
final class Cases {

    private static final int TOKENS = 4096;
    private static final int FEW_TOKENS = 2048;

    private Cases() {}

    private static Source f32(String name, long rows, int columns) {
        return folder -> InputFiles.npy(folder, name, rows, columns, false);
    }

    private static Source bf16(long rows, int columns) {
        return folder -> InputFiles.safetensors(folder, rows, columns);
    }

    static List<Case> all() {
        Source w50 = f32("head", 50_257, 768);
        Source x50 = f32("inputs", TOKENS, 768);
        Source squares = f32("layers", 64 * 768, 768);
        Source w32 = f32("head", 32_000, 2048);
        Source x32 = f32("inputs", TOKENS, 2048);
        return List.of(
                new Case("score of 50,257 x 768 F32", w50, x50, 2)
                        .with(1, "logalign svd", "logalign svd single", "logalign gram", "logalign gram single",
                                "C svd", "C gram", "C gram single", "numpy svd", "numpy gram", "numpy gram single")
                        .later(1, 10, "logalign svd", "logalign gram", "logalign gram single")
                        .with(2, "logalign svd", "logalign gram", "numpy gram"),
                new Case("score of 768 x 3,072 F32", f32("wide", 768, 3072), f32("inputs", FEW_TOKENS, 3072), 3)
                        .with(1, "logalign gram", "logalign gram single", "C gram", "C gram single", "numpy svd",
                                "numpy gram", "numpy gram single")
                        .later(1, 40, "logalign gram", "logalign gram single", "C gram", "C gram single"),
                new Case("score of 3,072 x 768 F32", f32("tall", 3072, 768), f32("inputs", FEW_TOKENS, 768), 3)
                        .with(1, "logalign gram", "logalign gram single", "C gram", "C gram single", "numpy svd",
                                "numpy gram", "numpy gram single")
                        .later(1, 40, "logalign gram", "logalign gram single", "C gram", "C gram single"),
                new Case("model of 12 layers and a head", w50, f32("inputs", 4L * FEW_TOKENS, 768), 2)
                        .with(1, "logalign model norm", "logalign model norm single", "logalign model gram",
                                "logalign model auto", "numpy model norm", "numpy model norm single")
                        .later(1, 10, "logalign model norm", "logalign model norm single")
                        .with(2, "logalign model norm", "logalign model gram"),
                new Case("2,000 layers of 512 x 128", f32("small", 50 * 512, 128), f32("inputs", 1024, 128), 2)
                        .with(1, "logalign small gram", "logalign small norm", "numpy small gram")
                        .with(2, "logalign small gram", "logalign small norm"),
                new Case("score of 4,096 x 4,096 BF16", bf16(4096, 4096), bf16(FEW_TOKENS, 4096), 1)
                        .with(1, "logalign gram", "logalign gram single", "C gram", "C gram single", "numpy gram")
                        .once("logalign svd", "C svd", "numpy svd"),
                new Case("score of 11,008 x 4,096 BF16", bf16(11_008, 4096), bf16(FEW_TOKENS, 4096), 1)
                        .with(1, "logalign gram", "C gram", "numpy gram"),
                new Case("score of 128,256 x 4,096 BF16", bf16(128_256, 4096), bf16(FEW_TOKENS, 4096), 1)
                        .once("logalign gram", "logalign gram single", "C gram", "C gram single", "numpy gram single"),
                new Case("score of 32,000 x 2,048 F32", w32, x32, 2)
                        .with(1, "logalign svd", "logalign gram", "logalign gram single", "C svd", "C gram",
                                "C gram single", "numpy svd", "numpy gram"),
                new Case("spectrum with V of 2,000 x 768 F64",
                        folder -> InputFiles.npy(folder, "spectrum", 2000, 768, true), null, 3)
                        .with(1, "logalign svd", "logalign gram", "C svd", "C gram", "numpy svd", "numpy gram",
                                "netlib", "Smile", "EJML", "ojAlgo")
                        .later(1, 40, "logalign gram", "Smile"),
                new Case("norm form from W, X, Z: 32,000 x 2,048 F32", w32, x32, 5)
                        .with(1, "logalign norm", "C norm")
                        .with(2, "logalign norm")
                        .later(1, 80, "logalign norm", "C norm")
                        .later(2, 80, "logalign norm"),
                new Case("norm form from W, X, Z: 32,000 x 2,048 BF16", bf16(32_000, 2048), bf16(TOKENS, 2048), 5)
                        .with(1, "logalign norm", "C norm")
                        .with(2, "logalign norm")
                        .later(1, 80, "logalign norm", "C norm")
                        .later(2, 80, "logalign norm"),
                new Case("64 layers of 768 x 768", squares, x50, 1)
                        .with(1, "logalign 64 layers")
                        .with(2, "logalign 64 layers"),
                new Case("64 layers of 768 x 768 and a head", squares, x50, 1)
                        .with(1, "logalign 64 layers and a head")
                        .with(2, "logalign 64 layers and a head"),
                new Case("one head of 151,936 x 2,048 BF16", bf16(151_936, 2048), bf16(TOKENS, 2048), 1)
                        .with(1, "logalign svd", "logalign gram")
                        .with(2, "logalign svd", "logalign gram"));
    }
}
