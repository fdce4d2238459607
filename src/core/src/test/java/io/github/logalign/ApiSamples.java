package io.github.logalign;

import io.github.logalign.internal.engine.GroupMoments;
import io.github.logalign.internal.engine.GroupTotal;
import io.github.logalign.internal.engine.ScaledSum;
import io.github.logalign.internal.engine.WeightsIdentity;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.Decoder;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.SvdRoute;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.probe.ProbeOptions;
import io.github.logalign.probe.SpectrumProbe;
import io.github.logalign.score.Column;
import io.github.logalign.score.Findings;
import io.github.logalign.score.Glob;
import io.github.logalign.score.Grouping;
import io.github.logalign.score.LayerThreads;
import io.github.logalign.score.MaskArguments;
import io.github.logalign.score.Masks;
import io.github.logalign.score.ModelRunner;
import io.github.logalign.score.NameMap;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.SharedWeights;
import io.github.logalign.score.TensorUses;
import io.github.logalign.score.Updates;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.RunFolder;
import io.github.logalign.track.Series;
import io.github.logalign.track.Tracker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Objects to call the API with: for every type that a public method takes, or is called on, some that are usable and some
 * that bring the condition about which is tested. A type that stands here neither by name nor as a record, an enum or a
 * collection of such fails the test that asks for it.
 */
@SuppressWarnings("MustBeClosed") // what is called with them needs them open; the JVM ends afterwards
final class ApiSamples {

    private static final int N = 4;

    private static final WeightsIdentity WEIGHTS = new WeightsIdentity(N, N, 0);

    /** More than the memory that is left: a Gram matrix of so many columns takes 12.8 GB. */
    private static final int MANY_COLUMNS = 40_000;

    /** A square matrix whose copy in float64 is more than the memory that is left, while itself it fits the heap. */
    private static final int LARGE_SIDE = 12_000;

    private final Path folder;
    private final boolean closed;
    private final Map<Class<?>, List<Callable<Object>>> known = new HashMap<>();
    private final List<Matrix> matrices = new ArrayList<>();

    /**
     * Writes the files that are read.
     *
     * @param closed whether memory and files are closed before they are used
     * @param large whether there are matrices that memory is lacking for
     */
    ApiSamples(Path folder, boolean closed, boolean large) throws IOException {
        this.folder = folder;
        this.closed = closed;
        Random random = new Random(5);
        matrices.add(inArena(Samples.normal(6, N, random)));
        matrices.add(inArena(Samples.normal(6, 6, random)));
        if (large) {
            matrices.add(Matrix.of(MemorySegment.ofArray(ones(MANY_COLUMNS)), ElementType.F16, 1, MANY_COLUMNS));
            short[] square = new short[LARGE_SIDE * LARGE_SIDE];
            square[0] = 0x3C00;
            matrices.add(Matrix.of(MemorySegment.ofArray(square), ElementType.F16, LARGE_SIDE, LARGE_SIDE));
        }
        writeFiles();
        register();
    }

    private static short[] ones(int count) {
        short[] halves = new short[count];
        Arrays.fill(halves, (short) 0x3C00);
        return halves;
    }

    private Matrix inArena(double[][] values) {
        Matrix heap = Samples.matrix(values);
        Arena arena = Arena.ofShared();
        MemorySegment copy = arena.allocate(heap.segment().byteSize(), 8).copyFrom(heap.segment());
        Matrix view = new Matrix(copy, ElementType.F64, heap.rows(), heap.columns(), heap.columns(),
                Orientation.ROW_MAJOR, ByteOrder.nativeOrder());
        if (closed) {
            arena.close();
        }
        return view;
    }

    private Arena arena() {
        Arena arena = Arena.ofShared();
        if (closed) {
            arena.close();
        }
        return arena;
    }

    private void writeFiles() throws IOException {
        for (String step : List.of("100", "200")) {
            new SafetensorsWriter().add("a.weight", new long[]{3, N}, new float[]{1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 5})
                    .write(folder.resolve("step_" + step + ".weights.safetensors"));
            new SafetensorsWriter().add("a", new long[]{2, N}, new float[]{1, 2, 3, 4, 5, 6, 7, 9})
                    .write(folder.resolve("step_" + step + ".activations.safetensors"));
        }
        new SafetensorsWriter()
                .add("mask", DataType.U8, new long[]{2}, MemorySegment.ofArray(new byte[]{0, 1}))
                .write(folder.resolve("mask.safetensors"));
        new SafetensorsWriter()
                .add("e.weight", DataType.F8_E4M3, new long[]{2, N}, MemorySegment.ofArray(new byte[2 * N]))
                .add("e.weight_scale", new long[]{1}, new float[]{2})
                .write(folder.resolve("scaled.safetensors"));
        Files.writeString(folder.resolve("metrics.csv"), "step,loss\n100,2.5\n200,2.0\n", StandardCharsets.UTF_8);
    }

    private Path weights() {
        return folder.resolve("step_100.weights.safetensors");
    }

    private TensorFile open(Path path) {
        TensorFile file = TensorFile.open(path);
        if (closed) {
            file.close();
        }
        return file;
    }

    private Decoder decoder() {
        TensorFile file = TensorFile.open(folder.resolve("scaled.safetensors"));
        Decoder decoder = file.matrix("e.weight").decoder().orElseThrow();
        if (closed) {
            file.close();
        }
        return decoder;
    }

    private Tensor tensor(Path path) {
        TensorFile file = TensorFile.open(path);
        Tensor tensor = file.tensors().getFirst();
        if (closed) {
            file.close();
        }
        return tensor;
    }

    private Plan plan() {
        TensorFile w = TensorFile.open(weights());
        TensorFile x = TensorFile.open(folder.resolve("step_100.activations.safetensors"));
        Plan plan = Plan.of(w, x, Selection.ALL);
        if (closed) {
            w.close();
            x.close();
        }
        return plan;
    }

    /** Of W without rows, for which no LAPACK is needed. */
    private WeightSpectrum ofNothing() {
        Arena arena = Arena.ofShared();
        WeightSpectrum spectrum = WeightSpectrum.of(
                Matrix.of(new double[0], 0, N), SpectrumOptions.DEFAULT, arena);
        if (closed) {
            arena.close();
        }
        return spectrum;
    }

    private WeightSpectrum spectrum(Products products) {
        Arena arena = Arena.ofShared();
        WeightSpectrum spectrum = WeightSpectrum.of(
                Samples.matrix(Samples.normal(6, N, new Random(1))), SpectrumOptions.DEFAULT.withProducts(products),
                arena);
        if (closed) {
            arena.close();
        }
        return spectrum;
    }

    private ActivationSums accumulator(Matrix w) {
        Arena arena = Arena.ofShared();
        ActivationSums sums = WeightSpectrum.of(w, SpectrumOptions.DEFAULT.withProducts(Products.BLAS), arena)
                .accumulator();
        if (closed) {
            arena.close();
        }
        return sums;
    }

    private AlignmentSums sums(Matrix w, NormRoute route, Products products) {
        return AlignmentSums.of(w, AlignmentOptions.DEFAULT.withThreads(2).withRoute(route).withProducts(products));
    }

    @SafeVarargs
    private <T> void put(Class<T> type, Callable<? extends T>... samples) {
        List<Callable<Object>> all = new ArrayList<>();
        for (Callable<? extends T> sample : samples) {
            all.add(sample::call);
        }
        known.put(type, all);
    }

    private void register() {
        put(int.class, () -> 1, () -> 4);
        put(Integer.class, () -> 1);
        put(long.class, () -> 1L, () -> 6L);
        put(Long.class, () -> 1L);
        put(double.class, () -> 0.5);
        put(Double.class, () -> 0.5);
        put(boolean.class, () -> true, () -> false);
        put(Boolean.class, () -> true);
        put(float.class, () -> 0.5f);
        put(byte[].class, () -> new byte[]{1, 2});
        put(int[].class, () -> new int[]{1, 2});
        put(Duration.class, () -> Duration.ofSeconds(1));
        put(Instant.class, () -> Instant.EPOCH);
        put(boolean[].class, () -> new boolean[]{true, false});
        put(double[].class, () -> new double[]{1, 2, 3, 4});
        put(float[].class, () -> new float[]{1, 2, 3, 4});
        put(long[].class, () -> new long[]{2, 2});
        put(String.class, () -> "a", () -> "*=*.input");
        put(String[].class, () -> new String[]{"a", "b"});
        put(Object.class, () -> "a");
        put(Throwable.class, () -> new IllegalCallerException("sample"), () -> new OutOfMemoryError("sample"));
        put(Runnable.class, () -> () -> {});
        put(Supplier.class, () -> () -> "a");
        put(Function.class, () -> String::valueOf);
        put(ToDoubleFunction.class, () -> value -> 1);
        put(LayerThreads.Work.class, () -> (job, threads) -> String.valueOf(job));
        put(Predicate.class, () -> _ -> true);
        put(IOException.class, () -> new IOException("No space left on device"));
        put(OutputStream.class, ByteArrayOutputStream::new);
        put(BitSet.class, BitSet::new);
        put(ByteOrder.class, () -> ByteOrder.LITTLE_ENDIAN, () -> ByteOrder.BIG_ENDIAN);
        put(Arena.class, this::arena);
        put(MemorySegment.class, () -> matrices.getFirst().segment());
        put(Path.class, this::weights, () -> folder.resolve("metrics.csv"), () -> folder,
                () -> folder.resolve("missing"));
        List<Callable<Matrix>> views = new ArrayList<>();
        matrices.forEach(matrix -> views.add(() -> matrix));
        views.add(() -> matrices.getFirst().minus(matrices.getFirst().rows(0, matrices.getFirst().rows())));
        views.add(() -> Matrix.decoded(decoder(), 2, N));
        put(Decoder.class, this::decoder);
        known.put(Matrix.class, views.stream().map(view -> (Callable<Object>) view::call).toList());
        put(TokenGroups.class, () -> TokenGroups.of(3, 1, 1, 3, -5, 3), () -> TokenGroups.consecutive(6, 2));
        put(TokenMask.class, () -> TokenMask.of(true, false, true, true, true, true));
        put(SpectrumOptions.class,
                () -> SpectrumOptions.DEFAULT,
                () -> SpectrumOptions.DEFAULT.withMethod(Method.GRAM).withThreads(2),
                () -> SpectrumOptions.DEFAULT.withMethod(Method.AUTO).withPrecision(Precision.SINGLE),
                () -> SpectrumOptions.DEFAULT.withRoute(SvdRoute.TRIANGLE).withThreads(2),
                () -> SpectrumOptions.DEFAULT.withoutVectors().withProducts(Products.BLAS));
        put(WeightSpectrum.class, this::ofNothing, () -> spectrum(Products.BLAS), () -> spectrum(Products.KERNEL));
        put(ActivationSpectrum.class, () -> new ActivationSpectrum(WEIGHTS, new double[N], 1, 0, false,
                new Computation(Precision.DOUBLE, List.of()), null),
                () -> new ActivationSpectrum(WEIGHTS, new double[0], 1, 0, false,
                        new Computation(Precision.DOUBLE, List.of()), null));
        put(SpectrumParts.class,
                () -> new SpectrumParts(new double[]{4, 3, 2, 1}, 0, N, new Computation(Precision.DOUBLE,
                        List.of(new Computation.Step(Computation.Kind.SVD_DIRECT, Set.of(), List.of()))),
                        Matrix.of(new double[N * N], N, N)));
        put(Uncertainty.class, ApiSamples::uncertainty);
        put(Grouping.class, () -> Grouping.AUTO);
        put(ActivationSums.class, () -> accumulator(Matrix.of(new double[0], 0, N)),
                () -> accumulator(Samples.matrix(Samples.normal(6, N, new Random(4)))));
        Matrix heap = Samples.matrix(Samples.normal(6, N, new Random(2)));
        put(AlignmentSums.class,
                () -> sums(heap, NormRoute.OUTPUTS, Products.BLAS),
                () -> sums(heap, NormRoute.INNER, Products.KERNEL),
                () -> sums(heap, NormRoute.INNER, Products.BLAS),
                () -> sums(matrices.getFirst(), NormRoute.AUTO, Products.AUTO),
                () -> sums(matrices.get(Math.min(2, matrices.size() - 1)), NormRoute.INNER, Products.AUTO));
        put(Alignment.class,
                () -> new Alignment.Defined(4, 0.5, 0), () -> new Alignment.Undefined(UndefinedReason.NO_TOKENS));
        put(LogalignException.class, () -> new LogalignException("sample"));
        put(OutputsProbe.class, () -> LayerProbe.ofOutputs(
                "layer", AlignmentSums.of(4, N, 1, AlignmentOptions.DEFAULT), ProbeOptions.DEFAULT));
        put(OutputsProbe.Recorder.class, () -> LayerProbe.ofOutputs(
                "layer", AlignmentSums.of(4, N, 1, AlignmentOptions.DEFAULT), ProbeOptions.DEFAULT).recorder());
        put(SpectrumProbe.class, () -> LayerProbe.ofSpectrum("layer", ofNothing(), ProbeOptions.DEFAULT));
        put(SpectrumProbe.Recorder.class, () -> LayerProbe.ofSpectrum(
                "layer", ofNothing(), ProbeOptions.DEFAULT).recorder());
        put(ModelRunner.class, () -> (ModelRunner) (model, inputs, request, listener) -> List.of());
        put(ModelRunner.Listener.class, () -> new ModelRunner.Listener() {
            @Override
            public void begins(long batches) {}

            @Override
            public void batchIsDone() {}
        });
        put(Environment.class, Environment::current);
        put(TensorFile.class, () -> open(weights()), () -> open(folder.resolve("mask.safetensors")));
        put(Tensor.class, () -> tensor(weights()), () -> tensor(folder.resolve("mask.safetensors")));
        put(MaskTensor.class, () -> {
            try (TensorFile file = TensorFile.open(folder.resolve("mask.safetensors"))) {
                return MaskTensor.of(file.tensor("mask"));
            }
        });
        put(MaskArguments.class,
                () -> new MaskArguments(List.of(), open(weights()), folder),
                () -> new MaskArguments(List.of(":mask"), open(folder.resolve("mask.safetensors")), folder));
        put(SharedWeights.class, () -> {
            try (TensorFile file = TensorFile.open(weights())) {
                return new Scorer(new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE), Masks.NONE)
                        .weights(Plan.of(file, Selection.ALL).jobs().getFirst());
            }
        });
        put(SafetensorsWriter.class, SafetensorsWriter::new);
        put(SafetensorsWriter.Body.class, () -> out -> out.write(1));
        put(Glob.class, () -> Glob.of("a*"));
        put(NameMap.class, () -> NameMap.parse("*=*"));
        put(Masks.class, () -> Masks.NONE, () -> Masks.NONE.withNamed(
                NameMap.parse("*=mask"), open(folder.resolve("mask.safetensors"))));
        put(Plan.class, this::plan);
        put(io.github.logalign.score.LayerJob.class, () -> plan().jobs().getFirst());
        put(Updates.class, () -> Updates.since(plan()));
        put(Outcome.class, () -> new Outcome.Failed("why"));
        put(Outcome.Ok.class, () -> new Outcome.Decomposed((Findings) of(Findings.class).getFirst()));
        put(Outcome.Missing.class, () -> new Outcome.Skipped("why"));
        put(Column.class,
                () -> Column.text("a", "what it means", String::valueOf),
                () -> Column.texts("a", "what it means", row -> List.of()));
        put(ScoreOptions.class, () -> new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE),
                () -> new ScoreOptions(ScoreMethod.NORM, Precision.SINGLE));
        put(Scorer.class, () -> new Scorer(new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE), Masks.NONE),
                () -> new Scorer(new ScoreOptions(ScoreMethod.NORM, Precision.DOUBLE), Masks.NONE));
        put(TensorUses.class, () -> new TensorUses(open(weights()), Selection.ALL));
        put(AlarmRules.class, () -> AlarmRules.heuristics(10));
        put(Series.class, () -> Series.EMPTY);
        put(Baseline.class, () -> Baseline.of(Series.EMPTY));
        put(RunFolder.class, () -> RunFolder.of(folder, null));
        put(CheckpointScorer.class,
                () -> new CheckpointScorer(ScoreMethod.SVD, Precision.DOUBLE, Selection.ALL, 2));
        put(Tracker.class, () -> new Tracker(Series.EMPTY, List.of(),
                new CheckpointScorer(ScoreMethod.GRAM, Precision.DOUBLE, Selection.ALL, 1), null, 10));
        put(io.github.logalign.track.Checkpoint.class,
                () -> RunFolder.of(folder, null).scan().checkpoints().getFirst());
    }

    /** A file that may be written. */
    Path target() {
        return folder.resolve("target");
    }

    /**
     * Samples of a type.
     *
     * @return at least one; those of which the condition keeps from being made are left out
     * @throws IllegalStateException if none could be made, or the type is not known here
     */
    List<Object> of(Type type) {
        List<Object> samples = new ArrayList<>();
        RuntimeException last = null;
        for (Callable<Object> maker : makers(type)) {
            try {
                samples.add(maker.call());
            } catch (IllegalStateException | IllegalArgumentException | LogalignException prevented) {
                last = prevented;
            } catch (Exception failed) {
                throw new IllegalStateException("a sample of " + type.getTypeName() + " failed", failed);
            }
        }
        if (samples.isEmpty()) {
            throw new IllegalStateException("no sample of " + type.getTypeName() + " could be made", last);
        }
        return samples;
    }

    private static Uncertainty uncertainty() {
        GroupMoments moments = new GroupMoments();
        for (int group = 1; group <= 10; group++) {
            ScaledSum energy = new ScaledSum();
            energy.add(group, 0);
            ScaledSum outputs = new ScaledSum();
            outputs.add(group + 2.0 / group, 0);
            moments.add(new GroupTotal(group, energy, outputs, energy));
        }
        return Uncertainty.of(new Alignment.Defined(N, 0.3, 0), moments, 0.1);
    }

    private List<Callable<Object>> makers(Type type) {
        if (type instanceof TypeVariable<?>) {
            return makers(Object.class);
        }
        if (type instanceof ParameterizedType parameterized) {
            return collections(parameterized);
        }
        Class<?> plain = (Class<?>) type;
        List<Callable<Object>> named = known.get(plain);
        if (named != null) {
            return named;
        }
        if (plain.isEnum()) {
            List<Callable<Object>> constants = new ArrayList<>();
            for (Object constant : plain.getEnumConstants()) {
                constants.add(() -> constant);
            }
            return constants;
        }
        if (plain.isRecord()) {
            return List.of(() -> record(plain));
        }
        throw new IllegalStateException("add a sample of " + plain.getName() + " to ApiSamples");
    }

    private List<Callable<Object>> collections(ParameterizedType type) {
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] arguments = type.getActualTypeArguments();
        if (raw == List.class || raw == Collection.class) {
            return List.of(() -> List.copyOf(of(arguments[0])));
        }
        if (raw == Set.class) {
            return List.of(() -> Set.copyOf(of(arguments[0])));
        }
        if (raw == Map.class) {
            return List.of(() -> Map.of(of(arguments[0]).getFirst(), of(arguments[1]).getFirst()));
        }
        if (raw == NavigableMap.class) {
            return List.of(() -> new TreeMap<>(Map.of(of(arguments[0]).getFirst(), of(arguments[1]).getFirst())));
        }
        return makers(raw);
    }

    private Object record(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = of(components[i].getGenericType()).getFirst();
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw failed;
        }
    }
}
