package io.github.logalign.bench.results;

import io.github.logalign.bench.results.Goal.Ratio;
import io.github.logalign.bench.results.Goal.Wanted;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The goals, and ratios without a goal. Above 1 this library is the faster one; first and later passes are compared
 * with the third of the same process.
 */
final class Goals {

    private static final String HEAD = "score of 50,257 x 768 F32";
    private static final String SQUARE = "score of 4,096 x 4,096 BF16";
    private static final String MODEL = "model of 12 layers and a head";
    private static final String WIDE = "score of 768 x 3,072 F32";
    private static final String TALL = "score of 3,072 x 768 F32";
    private static final String LAYERS = "64 layers of 768 x 768";
    private static final String LAYERS_AND_HEAD = "64 layers of 768 x 768 and a head";

    private static final String LARGE = "score of 32,000 x 2,048 F32";
    private static final String SPECTRUM = "spectrum with V of 2,000 x 768 F64";
    private static final String NORM_F32 = "norm form from W, X, Z: 32,000 x 2,048 F32";
    private static final String NORM_BF16 = "norm form from W, X, Z: 32,000 x 2,048 BF16";
    private static final String ONE_HEAD = "one head of 151,936 x 2,048 BF16";
    private static final String SMALL = "2,000 layers of 512 x 128";

    private Goals() {}

    private static final Wanted NONE = each();

    private static final List<Goal> KERNELS = List.of(
            goal("projection kernel against C, F64, n = 256, 768, 769, 2,048, 4,096", same(1.00, 1.05),
                    projections("F64")),
            goal("the same, F32", same(1.00, 1.05), projections("F32")),
            goal("Gram matrix of 1,024 rows against OpenBLAS's, F64, F32, each n = 768, 2,048, 4,096", NONE,
                    grams("F64", "F32")),
            goal("JMH's score of 8,192 x 768, F32, against C: svd, svd single, gram, gram single", NONE,
                    score("SVD", "DOUBLE"), score("SVD", "SINGLE"), score("GRAM", "DOUBLE"),
                    score("GRAM", "SINGLE")));

    /** What the project's front page shows. */
    static final List<Goal> SCORES = List.of(
            goal("50,257 x 768 against C: svd, gram, gram single", each(0.98, 1, 1),
                    versus(HEAD, "C svd", "logalign svd"), versus(HEAD, "C gram", "logalign gram"),
                    versus(HEAD, "C gram single", "logalign gram single")),
            goal("the same, later", each(0.98, 1, 1),
                    versus(HEAD, "C svd", "logalign svd, later"), versus(HEAD, "C gram", "logalign gram, later"),
                    versus(HEAD, "C gram single", "logalign gram single, later")),
            goal("the same against numpy's Gram matrix: gram, gram single", new Wanted(List.of(1.2, 1.1),
                    List.of(1.3, 1.2)),
                    versus(HEAD, "numpy gram", "logalign gram, later"),
                    versus(HEAD, "numpy gram single", "logalign gram single, later")),
            goal("the same against numpy's SVD: svd, gram, gram single", each(3.5, 12, 22),
                    versus(HEAD, "numpy svd", "logalign svd"), versus(HEAD, "numpy svd", "logalign gram"),
                    versus(HEAD, "numpy svd", "logalign gram single")),
            goal("4,096 x 4,096 by gram against numpy's SVD, numpy's Gram matrix", each(8, 1.2),
                    versus(SQUARE, "numpy svd, once", "logalign gram"), versus(SQUARE, "numpy gram", "logalign gram")),
            goal("norm form of 12 layers and a head from W and X against numpy's products: double, single",
                    same(1.1, 1.2),
                    versus(MODEL, "numpy model norm", "logalign model norm, later"),
                    versus(MODEL, "numpy model norm single", "logalign model norm single, later")),
            goal("768 x 3,072 and 3,072 x 768 by gram against numpy's Gram matrix of the shorter side", same(1.1, 1.2),
                    versus(WIDE, "numpy gram", "logalign gram, later"),
                    versus(TALL, "numpy gram", "logalign gram, later")),
            goal("the same in single precision", same(1.1, 1.2),
                    versus(WIDE, "numpy gram single", "logalign gram single, later"),
                    versus(TALL, "numpy gram single", "logalign gram single, later")));

    private static final List<Goal> OTHERS = List.of(
            goal("first pass over 50,257 x 768 against the third, at most: svd, gram, gram single", each(1.2, 1.5, 1.6),
                    first(HEAD, "logalign svd"), first(HEAD, "logalign gram"), first(HEAD, "logalign gram single")),
            goal("later passes against the third, at most: svd, gram, gram single", each(1.05),
                    later(HEAD, "logalign svd"), later(HEAD, "logalign gram"), later(HEAD, "logalign gram single")),
            goal("32,000 x 2,048 against C: svd, gram, gram single", each(0.97),
                    versus(LARGE, "C svd", "logalign svd"), versus(LARGE, "C gram", "logalign gram"),
                    versus(LARGE, "C gram single", "logalign gram single")),
            goal("the same against numpy's SVD", each(2.2, 6, 12),
                    versus(LARGE, "numpy svd", "logalign svd"), versus(LARGE, "numpy svd", "logalign gram"),
                    versus(LARGE, "numpy svd", "logalign gram single")),
            goal("spectrum of 2,000 x 768 by svd against Smile, EJML, ojAlgo", each(1.2, 6, 6),
                    versus(SPECTRUM, "Smile", "logalign svd"), versus(SPECTRUM, "EJML", "logalign svd"),
                    versus(SPECTRUM, "ojAlgo", "logalign svd")),
            goal("the same by gram", each(3.2, 17, 17),
                    versus(SPECTRUM, "Smile", "logalign gram"), versus(SPECTRUM, "EJML", "logalign gram"),
                    versus(SPECTRUM, "ojAlgo", "logalign gram")),
            goal("norm form from W, X, Z against C, later: F32, BF16", each(0.95),
                    versus(NORM_F32, "C norm, later", "logalign norm, later"),
                    versus(NORM_BF16, "C norm, later", "logalign norm, later")),
            goal("two threads against one: 64 layers of 768 x 768; the same and a head of 49,152 x 768", each(1.8),
                    versus(LAYERS, "logalign 64 layers", "logalign 64 layers, 2 threads"),
                    versus(LAYERS_AND_HEAD, "logalign 64 layers and a head",
                            "logalign 64 layers and a head, 2 threads")),
            goal("two threads against one: one head of 151,936 x 2,048 by svd, gram", each(1.6),
                    versus(ONE_HEAD, "logalign svd", "logalign svd, 2 threads"),
                    versus(ONE_HEAD, "logalign gram", "logalign gram, 2 threads")),
            goal("two threads against one: norm form from W, X, Z, later: F32, BF16", each(1.8),
                    versus(NORM_F32, "logalign norm, later", "logalign norm, 2 threads, later"),
                    versus(NORM_BF16, "logalign norm, later", "logalign norm, 2 threads, later")),
            goal("2,000 layers of 512 x 128 by gram against numpy's Gram matrix; two threads against one",
                    each(1.2, 1.8),
                    versus(SMALL, "numpy small gram", "logalign small gram"),
                    versus(SMALL, "logalign small gram", "logalign small gram, 2 threads")));

    static final List<Goal> ALL = Stream.of(KERNELS, SCORES, OTHERS).flatMap(List::stream).toList();

    private static Goal goal(String what, Wanted wanted, Ratio... ratios) {
        return new Goal(what, List.of(ratios), wanted);
    }

    private static Wanted same(double narrow, double wide) {
        return new Wanted(List.of(narrow), List.of(wide));
    }

    private static Wanted each(double... numbers) {
        List<Double> boxed = Arrays.stream(numbers).boxed().toList();
        return new Wanted(boxed, boxed);
    }

    /** The time of one contestant over that of another. */
    private static Ratio versus(String caseName, String slow, String fast) {
        return results -> results.row(caseName, slow)
                .flatMap(other -> results.row(caseName, fast).map(ours -> other.median() / ours.median()));
    }

    /** The first computation of a process over the third. */
    private static Ratio first(String caseName, String row) {
        return atMost(results -> results.row(caseName, row).filter(measured -> !measured.first().isEmpty())
                .map(measured -> CaseResult.median(measured.first()) / measured.median()));
    }

    /** The last computations of a process over the third. */
    private static Ratio later(String caseName, String row) {
        return atMost(versus(caseName, row + ", later", row));
    }

    private static Ratio atMost(Ratio ratio) {
        return new Ratio() {
            @Override
            public Optional<Double> in(Results results) {
                return ratio.in(results);
            }

            @Override
            public boolean isAtMost() {
                return true;
            }
        };
    }

    private static Ratio[] projections(String input) {
        return Stream.of("256", "768", "769", "2048", "4096")
                .map(n -> benchmarks("ProjectionBenchmark.project", "c", "vector", Map.of("input", input, "n", n)))
                .toArray(Ratio[]::new);
    }

    private static Ratio[] grams(String... elements) {
        return Stream.of(elements).flatMap(working -> Stream.of("768", "2048", "4096")
                .map(n -> benchmarks("GramBenchmark.multiply", "blas", "vector", Map.of("working", working, "n", n))))
                .toArray(Ratio[]::new);
    }

    private static Ratio score(String method, String precision) {
        return benchmarks("ScoreBenchmark.score", "c", "java", Map.of("shape", "8192x768", "input", "F32", "threads",
                "1", "method", method, "precision", precision));
    }

    /** The time of one implementation over that of another in a benchmark of JMH. */
    private static Ratio benchmarks(String name, String slow, String fast, Map<String, String> parameters) {
        return results -> results.benchmark(name, with(parameters, slow))
                .flatMap(other -> results.benchmark(name, with(parameters, fast)).map(ours -> other / ours));
    }

    private static Map<String, String> with(Map<String, String> parameters, String implementation) {
        Map<String, String> all = new HashMap<>(parameters);
        all.put("implementation", implementation);
        return all;
    }
}
