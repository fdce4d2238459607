package io.github.logalign.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The inputs of the comparison, with the ratios that are wanted. */
final class Cases {

    private static final int TOKENS = 4096;

    private Cases() {}

    static List<Case> all(Path folder) throws IOException {
        Path w50 = InputFiles.npy(folder, "head", 50_257, 768, false);
        Path x50 = InputFiles.npy(folder, "inputs", TOKENS, 768, false);
        Path w32 = InputFiles.npy(folder, "head", 32_000, 2048, false);
        Path x32 = InputFiles.npy(folder, "inputs", TOKENS, 2048, false);
        Path square = InputFiles.npy(folder, "layers", 64 * 768, 768, false);
        Path w2 = InputFiles.npy(folder, "spectrum", 2000, 768, true);
        Path w151 = InputFiles.safetensors(folder, 151_936, 2048);
        Path x151 = InputFiles.safetensors(folder, TOKENS, 2048);
        Path z32 = InputFiles.safetensors(folder, 32_000, 2048);
        return List.of(
                new Case("score of 50,257 x 768 F32", w50, x50, 3)
                        .with(1, "logalign svd", "logalign svd single", "logalign gram", "logalign gram single",
                                "C svd",
                                "C gram", "C gram single", "numpy svd", "numpy gram")
                        .later(1, 10, "logalign svd", "logalign gram", "logalign gram single")
                        .with(2, "logalign svd", "logalign gram", "numpy svd", "numpy gram")
                        .goal("numpy svd", "logalign svd", 3.5, 4.2)
                        .goal("numpy svd", "logalign gram", 12, 15)
                        .goal("numpy svd", "logalign gram single", 22, 28)
                        .goal("C svd", "logalign svd", 0.97, 1)
                        .goal("C gram", "logalign gram", 0.97, 1)
                        .goal("C gram single", "logalign gram single", 0.97, 1)
                        .goal("C svd", "logalign svd, later", 0.97, 1)
                        .goal("C gram", "logalign gram, later", 0.97, 1)
                        .goal("C gram single", "logalign gram single, later", 0.97, 1),
                new Case("score of 32,000 x 2,048 F32", w32, x32, 2)
                        .with(1, "logalign svd", "logalign gram", "logalign gram single", "C svd", "C gram",
                                "C gram single", "numpy svd", "numpy gram")
                        .goal("numpy svd", "logalign svd", 2.2, 3)
                        .goal("numpy svd", "logalign gram", 6, 8)
                        .goal("numpy svd", "logalign gram single", 12, 15)
                        .goal("C svd", "logalign svd", 0.97, 1)
                        .goal("C gram", "logalign gram", 0.97, 1)
                        .goal("C gram single", "logalign gram single", 0.97, 1),
                new Case("spectrum with V of 2,000 x 768 F64", w2, null, 3)
                        .with(1, "logalign svd", "logalign gram", "C svd", "C gram", "numpy svd", "numpy gram",
                                "netlib",
                                "Smile", "EJML", "ojAlgo")
                        .later(1, 40, "logalign gram", "Smile")
                        .goal("Smile", "logalign svd", 1.2, 1.4)
                        .goal("EJML", "logalign svd", 6, 6)
                        .goal("ojAlgo", "logalign svd", 6, 6)
                        .goal("Smile", "logalign gram", 3.2, 4)
                        .goal("EJML", "logalign gram", 17, 17)
                        .goal("ojAlgo", "logalign gram", 17, 17)
                        .goal("C svd", "logalign svd", 0.97, 1)
                        .goal("C gram", "logalign gram", 0.97, 1)
                        .goal("Smile, later", "logalign gram, later", 3.2, 4)
                        .goal("EJML", "logalign gram, later", 17, 17)
                        .goal("ojAlgo", "logalign gram, later", 17, 17),
                new Case("norm form from W, X, Z: 32,000 x 2,048 F32", w32, x32, 5)
                        .with(1, "logalign norm", "C norm")
                        .with(2, "logalign norm")
                        .later(1, 80, "logalign norm", "C norm")
                        .later(2, 80, "logalign norm")
                        .goal("C norm", "logalign norm", 0.95, 1)
                        .goal("logalign norm", "logalign norm, 2 threads", 1.8, 1.9)
                        .goal("C norm, later", "logalign norm, later", 0.95, 1)
                        .goal("logalign norm, later", "logalign norm, 2 threads, later", 1.8, 1.9),
                new Case("norm form from W, X, Z: 32,000 x 2,048 BF16", z32, x151, 5)
                        .with(1, "logalign norm", "C norm")
                        .with(2, "logalign norm")
                        .later(1, 80, "logalign norm", "C norm")
                        .later(2, 80, "logalign norm")
                        .goal("C norm", "logalign norm", 0.95, 1)
                        .goal("logalign norm", "logalign norm, 2 threads", 1.8, 1.9)
                        .goal("C norm, later", "logalign norm, later", 0.95, 1)
                        .goal("logalign norm, later", "logalign norm, 2 threads, later", 1.8, 1.9),
                new Case("64 layers of 768 x 768", square, x50, 1)
                        .with(1, "logalign 64 layers")
                        .with(2, "logalign 64 layers")
                        .goal("logalign 64 layers", "logalign 64 layers, 2 threads", 1.8, 1.95),
                new Case("one head of 151,936 x 2,048 BF16", w151, x151, 1)
                        .with(1, "logalign svd", "logalign gram")
                        .with(2, "logalign svd", "logalign gram")
                        .goal("logalign svd", "logalign svd, 2 threads", 1.6, 1.8)
                        .goal("logalign gram", "logalign gram, 2 threads", 1.6, 1.8));
    }
}
