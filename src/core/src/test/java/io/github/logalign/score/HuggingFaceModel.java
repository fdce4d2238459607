package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Precision;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A small checkpoint with the names, shapes and files of Hugging Face's transformers, the inputs of its layers as hooks
 * record them, and the rows that are expected of both. Each layer has inputs of its own, so that no row is right by
 * accident.
 */
public final class HuggingFaceModel {

    static final int TOKENS = 24;

    private static final ValueLayout.OfShort LITTLE = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path folder;
    private final DataType type;
    private final Random random;
    private final Map<String, Numbers> weights = new LinkedHashMap<>();
    private final Map<String, Numbers> inputs = new LinkedHashMap<>();
    private final Map<String, Expected> rows = new LinkedHashMap<>();

    private record Numbers(long[] shape, double[] values) {

        double[][] matrix(int index) {
            int m = (int) shape[shape.length - 2];
            int n = (int) shape[shape.length - 1];
            double[][] matrix = new double[m][n];
            for (int r = 0; r < m; r++) {
                System.arraycopy(values, (index * m + r) * n, matrix[r], 0, n);
            }
            return matrix;
        }
    }

    /**
     * What a row must be.
     *
     * @param weight the tensor, with the index of the matrix
     * @param activation the activations, with the index of the matrix
     * @param lar from the definition; NaN if there is no value
     * @param says a part of the reason or, of a row with a value, of its only warning; null if it has no warning
     */
    private record Expected(
            @Nullable String weight, String activation, boolean transposed, double lar, @Nullable String says) {}

    /** An empty model whose weights are F32 or BF16. */
    public HuggingFaceModel(Path folder, DataType type, long seed) {
        this.folder = folder;
        this.type = type;
        this.random = new Random(seed);
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    // ---- what the files hold --------------------------------------------------------------------------------------

    /** Random numbers that are exact in the type of the weights. */
    private Numbers numbers(long[] shape, boolean weight) {
        int count = 1;
        for (long dimension : shape) {
            count = Math.multiplyExact(count, (int) dimension);
        }
        double[] values = new double[count];
        long n = shape[shape.length - 1];
        for (int i = 0; i < count; i++) {
            float value = (float) (random.nextGaussian() * (1 + 3.0 * (i % n) / n));
            values[i] = weight && type == DataType.BF16
                    ? Float.intBitsToFloat(Float.floatToIntBits(value) & 0xFFFF0000)
                    : value;
        }
        return new Numbers(shape, values);
    }

    /** Tensors that are no layers, or whose layers have no inputs: norms, biases, embeddings, states. */
    public HuggingFaceModel tensor(String name, long... shape) {
        weights.put(name, numbers(shape, true));
        return this;
    }

    /** Inputs, of which no row is expected yet. */
    public HuggingFaceModel input(String name, long... shape) {
        inputs.put(name, numbers(shape, false));
        return this;
    }

    /** A Linear layer that is called the same on disk and in memory. */
    public HuggingFaceModel linear(String name, int out, int in) {
        return linear(name, name, out, in, null);
    }

    /** A Linear layer whose module is called otherwise. */
    public HuggingFaceModel linear(String onDisk, String inMemory, int out, int in, @Nullable String note) {
        return tensor(onDisk + ".weight", out, in).input(inMemory, 2, TOKENS / 2, in)
                .row(onDisk, onDisk + ".weight", inMemory, false, note);
    }

    /** GPT-2's Conv1D, stored input x output. */
    HuggingFaceModel conv1d(String onDisk, String inMemory, int in, int out, @Nullable String note) {
        return tensor(onDisk + ".weight", in, out).input(inMemory, 2, TOKENS / 2, in)
                .row(onDisk, onDisk + ".weight", inMemory, true, note);
    }

    /** A head that has the weight of an embedding that is there already. */
    HuggingFaceModel tied(String head, String embedding) {
        int n = (int) Objects.requireNonNull(weights.get(embedding)).shape()[1];
        return input(head, 2, TOKENS / 2, n).row(head, embedding, head, false, "taken as tied to");
    }

    // ---- what is expected -----------------------------------------------------------------------------------------

    /** A row of tensors that are there already; [i] at the end of a name is a matrix of several. */
    HuggingFaceModel row(String layer, String weight, String activation, boolean transposed, @Nullable String note) {
        double[][] w = matrix(weights, weight);
        double[][] x = matrix(inputs, activation);
        double lar = TestModel.lar(transposed ? TestModel.transposed(w) : w, x);
        rows.put(layer, new Expected(weight, activation, transposed, lar, note));
        return this;
    }

    /** All rows of a matrix, or of a tensor whose first dimensions are sequences and tokens. */
    private static double[][] matrix(Map<String, Numbers> tensors, String name) {
        Numbers whole = tensors.get(name);
        if (whole == null) {
            Integer index = Objects.requireNonNull(LayerNames.index(name), name);
            return Objects.requireNonNull(tensors.get(LayerNames.withoutIndex(name)), name).matrix(index);
        }
        int n = (int) whole.shape()[whole.shape().length - 1];
        return new Numbers(new long[]{whole.values().length / n, n}, whole.values()).matrix(0);
    }

    /** A row without a value. */
    HuggingFaceModel skipped(String layer, String activation, String reason) {
        rows.put(layer, new Expected(null, activation, false, Double.NaN, reason));
        return this;
    }

    // ---- files ----------------------------------------------------------------------------------------------------

    public HuggingFaceModel config(String modelType, String more) {
        return config("{\"architectures\": null, \"model_type\": \"" + modelType + "\"" + more
                + ", \"transformers_version\": \"5.18.0\"}");
    }

    HuggingFaceModel config(String json) {
        text(folder.resolve("config.json"), json);
        return this;
    }

    private static void text(Path path, String text) {
        try {
            Files.writeString(path, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void add(SafetensorsWriter writer, String name, Numbers numbers) {
        if (type == DataType.F32) {
            float[] values = new float[numbers.values().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) numbers.values()[i];
            }
            writer.add(name, numbers.shape(), values);
            return;
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[2 * numbers.values().length]);
        for (int i = 0; i < numbers.values().length; i++) {
            bytes.set(LITTLE, 2L * i, (short) (Float.floatToIntBits((float) numbers.values()[i]) >>> 16));
        }
        writer.add(name, type, numbers.shape(), bytes);
    }

    private Path write(String file, List<String> names) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        names.forEach(name -> add(writer, name, Objects.requireNonNull(weights.get(name))));
        Path path = folder.resolve(file);
        writer.write(path);
        return path;
    }

    /** All weights in one file. */
    public Path single(String file) {
        return write(file, List.copyOf(weights.keySet()));
    }

    /** Weights in three shards, with the tensors of a layer in different ones. */
    Path sharded() {
        Map<String, List<String>> shards = new LinkedHashMap<>();
        int next = 0;
        for (String name : weights.keySet()) {
            String shard = "model-0000" + (next++ % 3 + 1) + "-of-00003.safetensors";
            shards.computeIfAbsent(shard, file -> new ArrayList<>()).add(name);
        }
        String map = shards.entrySet().stream()
                .peek(shard -> write(shard.getKey(), shard.getValue()))
                .flatMap(shard -> shard.getValue().stream().map(name -> "\"" + name + "\": \"" + shard.getKey() + "\""))
                .collect(Collectors.joining(", "));
        Path index = folder.resolve("model.safetensors.index.json");
        text(index, "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + map + "}}");
        return index;
    }

    /**
     * Moves the files to where the library huggingface_hub keeps those that it has fetched: named after their content in
     * one folder, with links in another.
     *
     * @param file one of them
     * @return its link
     */
    Path cached(Path file) {
        try {
            Path repository = folder.resolve("cache/models--a--b");
            Path blobs = Files.createDirectories(repository.resolve("blobs"));
            Path snapshot = Files.createDirectories(repository.resolve("snapshots/0f3a"));
            List<Path> files;
            try (var all = Files.list(folder)) {
                files = all.filter(Files::isRegularFile).sorted().toList();
            }
            for (Path each : files) {
                String hash = Integer.toHexString(each.getFileName().hashCode());
                Files.move(each, blobs.resolve(hash));
                Files.createSymbolicLink(snapshot.resolve(each.getFileName()), Path.of("../../blobs", hash));
            }
            return snapshot.resolve(file.getFileName());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The inputs, as F32. */
    public Path activations(String file) {
        SafetensorsWriter writer = new SafetensorsWriter();
        inputs.forEach((name, numbers) -> {
            float[] values = new float[numbers.values().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) numbers.values()[i];
            }
            writer.add(name, numbers.shape(), values);
        });
        Path path = folder.resolve(file);
        writer.write(path);
        return path;
    }

    // ---- comparing ------------------------------------------------------------------------------------------------

    /** Scores one file of weights, and compares all rows. */
    void check() {
        check(single("model.safetensors"));
    }

    void check(Path weightsFile) {
        check(scored(weightsFile, activations("activations.safetensors")));
    }

    static List<LayerScore> scored(Path weightsFile, Path activations) {
        Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE), Masks.NONE);
        try (TensorFile w = TensorFile.open(weightsFile);
                TensorFile x = TensorFile.open(activations)) {
            return Plan.of(w, x, Selection.ALL).jobs().stream().map(job -> scorer.score(job).row()).toList();
        }
    }

    /** Compares rows with those that are expected, of which none may be missing. */
    public void check(List<LayerScore> found) {
        Set<String> missing = new HashSet<>(rows.keySet());
        for (LayerScore row : found) {
            Expected expected = rows.get(row.layer());
            assertTrue(expected != null && missing.remove(row.layer()),
                    () -> "unexpected: " + row.layer() + ": " + row.reason().orElse("ok") + " " + row.warnings());
            compare(Objects.requireNonNull(expected), row);
        }
        assertEquals(Set.of(), missing, "rows that are missing");
    }

    private static void compare(Expected expected, LayerScore row) {
        String what = row.layer() + ": " + row.reason().orElse("") + row.warnings();
        assertEquals(expected.activation(), TestModel.activation(row), what);
        if (Double.isNaN(expected.lar())) {
            assertEquals(Outcome.Status.SKIPPED, row.outcome().status(), what);
            assertTrue(row.reason().orElse("").contains(String.valueOf(expected.says())), what);
            return;
        }
        assertEquals(Outcome.Status.OK, row.outcome().status(), what);
        assertEquals(expected.lar(), row.scored().orElseThrow().lar(), 1e-9, what);
        assertEquals(expected.weight(), row.info().weight().name(), what);
        assertEquals(
                expected.transposed() ? StoredOrientation.INPUT_OUTPUT : StoredOrientation.OUTPUT_INPUT,
                TestModel.orientation(row),
                what);
        assertEquals(expected.says() == null ? 0 : 1, row.warnings().size(), what);
        assertTrue(expected.says() == null || row.warnings().getFirst().contains(expected.says()), what);
    }
}
