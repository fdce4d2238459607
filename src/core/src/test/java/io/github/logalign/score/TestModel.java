package io.github.logalign.score;

import io.github.logalign.Reference;
import io.github.logalign.matrix.Precision;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A small checkpoint with activations of random numbers, which are kept so that a test can compute the expected rows.
 */
final class TestModel {

    private final Path folder;
    private final SafetensorsWriter weights = new SafetensorsWriter();
    private final SafetensorsWriter inputs = new SafetensorsWriter();
    private final Map<String, double[]> values = new HashMap<>();
    private final Map<String, long[]> shapes = new HashMap<>();
    private final Random random = new Random(7);
    private Path weightsPath;
    private Path inputsPath;
    private boolean written;

    TestModel(Path folder) {
        this.folder = folder;
        this.weightsPath = folder.resolve("model.safetensors");
        this.inputsPath = folder.resolve("activations.safetensors");
    }

    /** Adds a weight of random numbers. */
    TestModel weight(String name, long... shape) {
        weights.add(name, shape, normal("w:" + name, shape));
        return this;
    }

    /** Adds a weight of zeros with another type. */
    TestModel weight(String name, DataType type, long... shape) {
        long bytes = type.bytes();
        for (long dimension : shape) {
            bytes *= dimension;
        }
        weights.add(name, type, shape, MemorySegment.ofArray(new byte[(int) bytes]));
        return this;
    }

    /** Adds activations of random numbers whose directions differ in strength, so that every orientation has its own LAR. */
    TestModel input(String name, long... shape) {
        double[] x = normal("x:" + name, shape);
        long columns = shape[shape.length - 1];
        for (int i = 0; i < x.length; i++) {
            x[i] *= 1 + 3 * (double) (i % columns) / columns;
        }
        inputs.add(name, shape, x);
        return this;
    }

    TestModel config(String json) {
        try {
            Files.writeString(folder.resolve("config.json"), json);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    TestModel weightsAt(Path path) {
        weightsPath = path;
        return this;
    }

    TestModel inputsAt(Path path) {
        inputsPath = path;
        return this;
    }

    private double[] normal(String key, long... shape) {
        int count = 1;
        for (long dimension : shape) {
            count = Math.multiplyExact(count, (int) dimension);
        }
        double[] all = new double[count];
        for (int i = 0; i < count; i++) {
            all[i] = random.nextGaussian();
        }
        values.put(key, all);
        shapes.put(key, shape);
        return all;
    }

    private void write() {
        if (!written) {
            if (weightsPath.toString().endsWith("safetensors")) {
                weights.write(weightsPath);
            }
            if (inputsPath.toString().endsWith("safetensors")) {
                inputs.write(inputsPath);
            }
            written = true;
        }
    }

    Plan plan(Selection selection) {
        write();
        try (TensorFile w = TensorFile.open(weightsPath);
                TensorFile x = TensorFile.open(inputsPath)) {
            return Plan.of(w, x, selection);
        }
    }

    Plan spectrumPlan(Selection selection) {
        write();
        try (TensorFile w = TensorFile.open(weightsPath)) {
            return Plan.of(w, selection);
        }
    }

    /** Scores all selected layers. */
    List<LayerScore> rows(Selection selection) {
        write();
        Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.NORM, Precision.DOUBLE), Masks.NONE);
        try (TensorFile w = TensorFile.open(weightsPath);
                TensorFile x = TensorFile.open(inputsPath)) {
            return Plan.of(w, x, selection).jobs().stream().map(job -> scorer.score(job).row()).toList();
        }
    }

    List<LayerScore> rows() {
        return rows(Selection.ALL);
    }

    /** The only row of a layer. */
    static LayerScore row(List<LayerScore> rows, String layer) {
        List<LayerScore> found = rows.stream().filter(row -> row.layer().equals(layer)).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " rows of " + layer + " among "
                    + rows.stream().map(LayerScore::layer).toList());
        }
        return found.getFirst();
    }

    static @Nullable String activation(LayerScore row) {
        return Objects.requireNonNull(row.info().activation()).name();
    }

    static @Nullable StoredOrientation orientation(LayerScore row) {
        return row.info().storage() == null ? null : row.info().storage().orientation();
    }

    static Findings.Tokens tokens(LayerScore row) {
        return Objects.requireNonNull(row.findings().orElseThrow().tokens());
    }

    /** A weight's last two dimensions, as stored. */
    double[][] w(String name) {
        return matrix("w:" + name, 0);
    }

    /** One of the matrices of a weight. */
    double[][] w(String name, int index) {
        return matrix("w:" + name, index);
    }

    double[][] x(String name) {
        return matrix("x:" + name, 0);
    }

    double[][] x(String name, int index) {
        return matrix("x:" + name, index);
    }

    /** All numbers of a weight, in the file's order. */
    double[] flat(@Nullable String name) {
        return Objects.requireNonNull(values.get("w:" + name), String.valueOf(name));
    }

    private double[][] matrix(String key, int index) {
        long[] shape = Objects.requireNonNull(shapes.get(key), key);
        double[] all = Objects.requireNonNull(values.get(key), key);
        int rows = (int) shape[shape.length - 2];
        int columns = (int) shape[shape.length - 1];
        double[][] matrix = new double[rows][columns];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(all, (index * rows + r) * columns, matrix[r], 0, columns);
        }
        return matrix;
    }

    static double[][] transposed(double[][] a) {
        double[][] result = new double[a[0].length][a.length];
        for (int r = 0; r < a.length; r++) {
            for (int c = 0; c < a[0].length; c++) {
                result[c][r] = a[r][c];
            }
        }
        return result;
    }

    /** The LAR from exact arithmetic. */
    static double lar(double[][] w, double[][] x) {
        return Reference.lar(w[0].length, Reference.overlap(w, x));
    }

    static Glob[] globs(String... texts) {
        return Arrays.stream(texts).map(Glob::of).toArray(Glob[]::new);
    }

    /** A selection with the names given by a user. */
    static Selection selection(@Nullable String tensor, @Nullable String activation, String... maps) {
        return new Selection(
                tensor,
                activation,
                Arrays.stream(maps).map(NameMap::parse).toList(),
                List.of(),
                List.of(),
                List.of());
    }

    static Selection include(String... globs) {
        return new Selection(null, null, List.of(), List.of(globs(globs)), List.of(), List.of());
    }

    static Selection transposed(String... globs) {
        return new Selection(null, null, List.of(), List.of(), List.of(), List.of(globs(globs)));
    }
}
