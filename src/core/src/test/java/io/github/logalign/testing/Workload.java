package io.github.logalign.testing;

import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Checkpoints of 50 layers, a dump of activations for each, and a manifest with a job for each layer: several shapes and types,
 * heads that are tied to the embedding, a layer that training leaves as it is, masks, and five jobs that cannot be scored.
 */
public final class Workload {

    /** The manifest. */
    public static final String MANIFEST = "jobs.jsonl";

    /** How many jobs cannot be scored. */
    public static final int BROKEN = 5;

    /** How many layers, and jobs, a checkpoint has. */
    public static final int LAYERS = 50;

    private static final int TOKENS = 48;
    private static final int HEAD = LAYERS - 1;
    private static final int FROZEN = 7;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path folder;
    private final Random random = new Random(14);
    private final List<String> jobs = new ArrayList<>();

    private Workload(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes a workload.
     *
     * @param folder where to; it exists
     * @param checkpoints how many, at least 3
     * @return how many jobs there are
     */
    public static int write(Path folder, int checkpoints) throws IOException {
        Workload workload = new Workload(folder);
        for (int step = 0; step < checkpoints; step++) {
            workload.checkpoint(step);
        }
        workload.breakSome();
        Files.write(folder.resolve(MANIFEST), workload.jobs);
        return workload.jobs.size();
    }

    /** The file of a checkpoint's weights. */
    public static String weights(int step) {
        return "model-" + step + ".safetensors";
    }

    /** The file of a checkpoint's activations. */
    public static String activations(int step) {
        return "dump-" + step + ".safetensors";
    }

    private static String layer(int layer) {
        return layer == 0 ? "embedding" : layer == HEAD ? "head" : "h." + layer;
    }

    private static int rows(int layer) {
        return layer == 0 || layer == HEAD ? 160 : 24 + 8 * (layer % 7);
    }

    private static int columns(int layer) {
        return layer == 0 || layer == HEAD ? 96 : 32 + 16 * (layer % 5);
    }

    private void checkpoint(int step) throws IOException {
        SafetensorsWriter weights = new SafetensorsWriter();
        SafetensorsWriter dump = new SafetensorsWriter();
        float[] embedding = normal(rows(0) * columns(0));
        for (int layer = 0; layer < LAYERS; layer++) {
            int m = rows(layer);
            int n = columns(layer);
            float[] w = layer == 0 || layer == HEAD
                    ? embedding
                    : layer == FROZEN ? normal(new Random(FROZEN), m * n) : normal(m * n);
            DataType type = layer == HEAD ? type(0) : type(layer);
            add(weights, layer(layer) + ".weight", type, m, n, w);
            add(dump, layer(layer), type(layer + 1), TOKENS, n, normal(TOKENS * n));
            jobs.add(job(weights(step), layer(layer) + ".weight", activations(step), layer % 5 == 0, step));
        }
        byte[] mask = new byte[TOKENS];
        for (int token = 0; token < TOKENS; token++) {
            mask[token] = (byte) (random.nextInt(4) == 0 ? 0 : 1);
        }
        dump.add("mask", DataType.BOOL, new long[]{TOKENS}, MemorySegment.ofArray(mask));
        weights.write(folder.resolve(weights(step)));
        dump.write(folder.resolve(activations(step)));
    }

    private static DataType type(int layer) {
        return switch (layer % 3) {
            case 0 -> DataType.F32;
            case 1 -> DataType.BF16;
            default -> DataType.F16;
        };
    }

    private static void add(SafetensorsWriter file, String name, DataType type, int rows, int columns, float[] values) {
        long[] shape = {rows, columns};
        if (type == DataType.F32) {
            file.add(name, shape, values);
            return;
        }
        MemorySegment halves = MemorySegment.ofArray(new byte[2 * values.length]);
        for (int i = 0; i < values.length; i++) {
            halves.set(SHORT, 2L * i, type == DataType.F16
                    ? Float.floatToFloat16(values[i])
                    : (short) (Float.floatToRawIntBits(values[i]) >>> 16));
        }
        file.add(name, type, shape, halves);
    }

    private static String job(String weights, String tensor, String activations, boolean masked, int step) {
        return "{\"weights\": \"" + weights + "\", \"tensor\": \"" + tensor + "\", \"activations\": \"" + activations
                + "\"" + (masked ? ", \"mask\": \":mask\"" : "") + ", \"labels\": {\"run\": \"a\", \"step\": " + step
                + "}}";
    }

    /** In the order of the manifest: no tensors, a file that ends early, NaN, other inputs, no file. */
    private void breakSome() throws IOException {
        Files.writeString(folder.resolve("no-tensors.safetensors"), "nothing");
        byte[] whole = Files.readAllBytes(folder.resolve(weights(0)));
        Files.write(folder.resolve("short.safetensors"), Arrays.copyOf(whole, whole.length / 2));
        float[] notFinite = normal(TOKENS * columns(1));
        notFinite[3] = Float.NaN;
        new SafetensorsWriter().add(layer(1), new long[]{TOKENS, columns(1)}, notFinite)
                .write(folder.resolve("nan.safetensors"));
        new SafetensorsWriter().add(layer(1), new long[]{TOKENS, columns(1) + 1}, normal(TOKENS * (columns(1) + 1)))
                .write(folder.resolve("wide.safetensors"));
        String tensor = layer(1) + ".weight";
        List<String> broken = List.of(
                job("no-tensors.safetensors", tensor, activations(0), false, 0),
                job("short.safetensors", tensor, activations(0), false, 0),
                job(weights(0), tensor, "nan.safetensors", false, 0),
                job(weights(1), tensor, "wide.safetensors", false, 1),
                job(weights(2), tensor, "missing.safetensors", false, 2));
        for (int i = 0; i < broken.size(); i++) {
            jobs.set((2 * i + 1) * jobs.size() / (2 * BROKEN), broken.get(i));
        }
    }

    private float[] normal(int count) {
        return normal(random, count);
    }

    private static float[] normal(Random source, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) source.nextGaussian();
        }
        return values;
    }
}
