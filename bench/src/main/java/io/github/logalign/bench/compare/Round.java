package io.github.logalign.bench.compare;

import io.github.logalign.Environment;
import io.github.logalign.bench.Yardstick;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * One contestant in a process of its own: computes the same several times and prints the seconds of each, and what it
 * found. Arguments: contestant, threads, repetitions, W, and X if there is one.
 */
final class Round {

    private Round() {}

    public static void main(String[] arguments) {
        Contestant contestant = contestant(arguments[0], Integer.parseInt(arguments[1]));
        try (Arena arena = Arena.ofShared()) {
            Matrix w = read(arguments[3], arena);
            Matrix x = arguments.length > 4 ? read(arguments[4], arena) : null;
            Supplier<Answer> timed = contestant.prepare(new Input(w, x));
            StringBuilder seconds = new StringBuilder();
            Answer answer = null;
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                long start = System.nanoTime();
                answer = timed.get();
                seconds.append(' ').append((System.nanoTime() - start) * 1e-9);
            }
            System.out.println("version " + contestant.version());
            System.out.println("blas " + Environment.current().blas().config());
            System.out.println("seconds" + seconds);
            System.out.println("lar " + answer.lar());
            if (answer.p() != null) {
                System.out.println("largest " + answer.p()[0]);
                System.out.println("entropy " + answer.entropy());
            }
        }
    }

    /** In memory, so that no contestant pays for the disk. */
    private static Matrix read(String file, Arena arena) {
        try (TensorFile tensors = TensorFile.open(Path.of(file))) {
            Matrix mapped = tensors.tensors().getFirst().matrices().getFirst().matrix();
            MemorySegment copy = arena.allocate(mapped.segment().byteSize(), 64).copyFrom(mapped.segment());
            return Matrix.of(copy, mapped.elementType(), mapped.rows(), mapped.columns());
        }
    }

    /** 40 checkpoints of 50 layers. */
    private static List<ModelLayers> small(Input input) {
        return ModelLayers.small(input, 512, 50, 2000);
    }

    private static Contestant contestant(String name, int threads) {
        Path blas = Path.of(Environment.current().blas().path());
        return switch (name) {
            case "logalign svd" -> new Ours(Method.SVD, Precision.DOUBLE, threads);
            case "logalign svd single" -> new Ours(Method.SVD, Precision.SINGLE, threads);
            case "logalign gram" -> new Ours(Method.GRAM, Precision.DOUBLE, threads);
            case "logalign gram single" -> new Ours(Method.GRAM, Precision.SINGLE, threads);
            case "logalign 64 layers" -> new OursInLayers(
                    input -> ModelLayers.squaresAndAll(input, 64).subList(0, 64), Method.SVD, Precision.DOUBLE,
                    threads);
            case "logalign 64 layers and a head" -> new OursInLayers(
                    input -> ModelLayers.squaresAndAll(input, 64), Method.GRAM, Precision.DOUBLE, threads);
            case "logalign model norm" -> new OursInLayers(ModelLayers::of, null, Precision.DOUBLE, threads);
            case "logalign model norm single" -> new OursInLayers(ModelLayers::of, null, Precision.SINGLE, threads);
            case "logalign model gram" -> new OursInLayers(ModelLayers::of, Method.GRAM, Precision.DOUBLE, threads);
            case "logalign model auto" -> new OursInLayers(ModelLayers::of, Method.AUTO, Precision.DOUBLE, threads);
            case "logalign small gram" -> new OursInLayers(Round::small, Method.GRAM, Precision.DOUBLE, threads);
            case "logalign small norm" -> new OursInLayers(Round::small, null, Precision.DOUBLE, threads);
            case "logalign norm" -> new NormForm(null, threads);
            case "C norm" -> new NormForm(Yardstick.open(blas), 1);
            case "C svd" -> new InC(Yardstick.SVD, Yardstick.DOUBLE, blas);
            case "C gram" -> new InC(Yardstick.GRAM, Yardstick.DOUBLE, blas);
            case "C gram single" -> new InC(Yardstick.GRAM, Yardstick.SINGLE, blas);
            case "Smile" -> new Smile();
            case "EJML" -> new Ejml();
            case "ojAlgo" -> new OjAlgo();
            case "netlib" -> new Netlib();
            default -> throw new IllegalArgumentException("no contestant " + name);
        };
    }
}
