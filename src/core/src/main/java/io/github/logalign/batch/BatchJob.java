package io.github.logalign.batch;

import io.github.logalign.score.Glob;
import io.github.logalign.score.MaskArgument;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.ModelConfig;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of a manifest: weights, and the activations to score them with.
 *
 * <p>Thread safety: immutable.
 *
 * @param number which line it is, from 1; blank lines and a header do not count
 * @param weights the file of the weights, or several that are joined
 * @param tensor the weight, with wildcards several; null for all that have activations
 * @param activations the files of the activations; all inputs of a layer count as if they were in one file
 * @param activation the name of the activations in these files; null to find them by the weight's name
 * @param mask which tokens count, in the form {@code [LAYERS=][FILE][:NAME]}; null if all do
 * @param folder what the paths in {@code mask} are relative to
 * @param labels what rows are to be told apart by, such as the run and the step, in the order of the manifest
 */
public record BatchJob(
        int number,
        JobFiles weights,
        @Nullable String tensor,
        JobFiles activations,
        @Nullable String activation,
        @Nullable String mask,
        String folder,
        Map<String, String> labels) implements Serializable {

    /**
     * Copies the labels.
     *
     * @throws IllegalArgumentException if there are several files of weights that are not joined
     */
    public BatchJob {
        if (weights.names().size() > 1 && weights.axis() == null) {
            throw new IllegalArgumentException("several files of weights have to be joined along an axis");
        }
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** The same job with texts that other jobs have too: a hundred thousand jobs name few files. */
    BatchJob sharing(Map<String, String> texts) {
        Map<String, String> sharedLabels = new LinkedHashMap<>();
        labels.forEach((name, value) -> sharedLabels.put(shared(texts, name), shared(texts, value)));
        return new BatchJob(number, weights.sharing(texts), tensor == null ? null : shared(texts, tensor),
                activations.sharing(texts),
                activation == null ? null : shared(texts, activation), mask == null ? null : shared(texts, mask),
                shared(texts, folder), sharedLabels);
    }

    static String shared(Map<String, String> texts, String text) {
        String known = texts.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    /**
     * The files that rows depend on: of the weights, their config.json, whether it is there or not, the activations and the mask.
     *
     * @return paths
     */
    public List<String> inputs() {
        List<String> inputs = new ArrayList<>();
        for (String file : weights.names()) {
            inputs.add(file);
            inputs.add(ModelConfig.pathBeside(Path.of(file)).toString());
        }
        inputs.addAll(activations.names());
        if (mask != null) {
            String file = MaskArgument.parse(mask, Path.of(folder)).file();
            if (!file.isEmpty()) {
                inputs.add(Path.of(folder).resolve(file).toString());
            }
        }
        return inputs;
    }

    /**
     * What of these files is wanted.
     *
     * @param common what is wanted where the job does not say it
     * @return the selection
     */
    public Selection selection(Selection common) {
        String name = tensor;
        List<Glob> include = common.include();
        if (name != null && Glob.hasWildcards(name)) {
            include = List.of(Glob.of(name));
            name = null;
        }
        return new Selection(
                name,
                activation,
                common.maps(),
                include,
                common.exclude(),
                common.transposed(),
                common.storedOutputInput(),
                common.convolutions(),
                false);
    }
}
