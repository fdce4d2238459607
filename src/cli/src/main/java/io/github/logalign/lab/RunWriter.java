package io.github.logalign.lab;

import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Folders;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Writes the files of a run: weights and activations of each checkpoint, and the metrics so far. */
final class RunWriter {

    private final Path folder;
    private final String text;
    private final String header;
    private final List<String> lines = new ArrayList<>();

    /**
     * Starts a run.
     *
     * @param folder a new or empty folder
     * @param text of which tokens the inputs are, the same at every checkpoint
     * @param metrics the names of the metrics
     */
    RunWriter(Path folder, String text, String... metrics) {
        this.folder = folder;
        this.text = text;
        this.header = "step," + String.join(",", metrics);
        Folders.make(folder);
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new LogalignException(
                        Names.printable(folder) + ": the folder is not empty; give a new one for this run");
            }
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(folder) + ": the folder cannot be read (" + Reasons.of(failed)
                            + "); name another one",
                    failed);
        }
    }

    /**
     * Writes a checkpoint.
     *
     * @param step the step
     * @param weights all parameters by name
     * @param layer the name of the layer whose inputs are recorded
     * @param inputs the inputs of that layer, one row per token
     * @param metrics one value for each metric name
     */
    void write(int step, Map<String, Floats> weights, String layer, Floats inputs, double... metrics) {
        String name = String.format(Locale.ROOT, "step_%05d", step);
        SafetensorsWriter activations = new SafetensorsWriter()
                .metadata("step", Integer.toString(step))
                .metadata("layer", layer)
                .metadata("text", text);
        add(activations, layer, inputs);
        SafetensorsWriter checkpoint = new SafetensorsWriter().metadata("step", Integer.toString(step));
        weights.forEach((weight, values) -> add(checkpoint, weight, values));
        StringBuilder line = new StringBuilder(Integer.toString(step));
        for (double metric : metrics) {
            line.append(',').append(metric);
        }
        lines.add(line.toString());
        // The weights are written last, since a process that follows the run waits for them.
        activations.write(folder.resolve(name + ".activations.safetensors"));
        AtomicFile.write(
                folder.resolve("metrics.csv"),
                out -> out.write((header + "\n" + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)));
        checkpoint.write(folder.resolve(name + ".weights.safetensors"));
    }

    private static void add(SafetensorsWriter writer, String name, Floats values) {
        long bytes = (long) values.size() * Float.BYTES;
        writer.add(
                name, DataType.F32, new long[]{values.rows(), values.columns()}, values.segment().asSlice(0, bytes));
    }
}
