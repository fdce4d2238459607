package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Assigns masks to layers. Each mask tensor is read once, when the first layer needs it.
 *
 * <p>Thread safety: safe for concurrent use while the files are open.
 */
public final class Masks {

    /** No masks: every token counts. */
    public static final Masks NONE = new Masks(List.of());

    private static final String WEIGHT_SUFFIX = ".weight";

    private final List<Rule> rules;
    private final Map<Tensor, MaskTensor> read = new ConcurrentHashMap<>();

    /** The layers that masks apply to, and the source of the masks. */
    private sealed interface Rule {

        /** One mask for all layers. */
        record All(Tensor tensor) implements Rule {}

        /** The masks of some layers, by name. */
        record ByName(NameMap names, TensorFile file) implements Rule {}
    }

    private Masks(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * These masks and, for layers without one, a common mask.
     *
     * @param tensor the mask
     * @return the masks
     * @throws LogalignException if the tensor is neither a mask nor labels
     */
    public Masks withAll(Tensor tensor) {
        Masks more = with(new Rule.All(tensor));
        more.read(tensor);
        return more;
    }

    /**
     * These masks and, for layers without one, masks by name.
     *
     * @param names maps the names of layers to the tensors of their masks
     * @param file the file that holds these tensors; it must stay open
     * @return the masks
     */
    public Masks withNamed(NameMap names, TensorFile file) {
        return with(new Rule.ByName(names, file));
    }

    private Masks with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        Masks masks = new Masks(more);
        masks.read.putAll(read);
        return masks;
    }

    private MaskTensor read(Tensor tensor) {
        return read.computeIfAbsent(tensor, MaskTensor::of);
    }

    /**
     * The mask of a layer.
     *
     * @param job the layer
     * @return its mask, for an expert the expert's row of it; empty if every token counts
     * @throws LogalignException if its mask does not exist, or is neither a mask nor labels
     */
    public Optional<MaskTensor> of(LayerJob job) {
        for (Rule rule : rules) {
            switch (rule) {
                case Rule.All(Tensor tensor) -> {
                    return Optional.of(ofRow(read(tensor), job));
                }
                case Rule.ByName(NameMap names, TensorFile file) -> {
                    List<String> fitting = maskNames(names, job);
                    if (!fitting.isEmpty()) {
                        return Optional.of(ofRow(read(first(fitting, file)), job));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** If each expert has its own tokens, the mask may have a row for each expert. */
    private static MaskTensor ofRow(MaskTensor mask, LayerJob job) {
        Tensor activation = job.activation();
        Integer matrix = job.activationMatrix();
        return activation == null || matrix == null ? mask : mask.ofMatrix(activation, matrix);
    }

    /**
     * The masks of a layer are looked up by its name, by the name of its tensor, and without the index of an expert.
     */
    private static List<String> maskNames(NameMap names, LayerJob job) {
        List<String> layers = new ArrayList<>(List.of(job.layer(), withoutIndex(job.layer())));
        if (job.info().weight().name() != null) {
            layers.add(job.info().weight().name());
        }
        Tensor activation = job.activation();
        if (activation != null && activation.isNamed()) {
            layers.add(activation.name());
        }
        return layers.stream().distinct().flatMap(layer -> names.activationFor(layer).stream()).distinct().toList();
    }

    private static String withoutIndex(String layer) {
        int open = layer.lastIndexOf('[');
        String outer = open > 0 && layer.endsWith("]") ? layer.substring(0, open) : layer;
        return outer.endsWith(WEIGHT_SUFFIX) ? outer.substring(0, outer.length() - WEIGHT_SUFFIX.length()) : outer;
    }

    private static Tensor first(List<String> names, TensorFile file) {
        for (String name : names) {
            Optional<Tensor> found = file.find(name);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new LogalignException(
                Names.printable(file.path()) + ": it holds no mask \"" + Names.printable(names.getFirst())
                        + "\"; correct --mask");
    }

    /**
     * Whether a tensor is one of the masks and thus not among the activations in the same file.
     *
     * @param file the file that holds the tensor
     * @param tensor a tensor of the file
     * @return true if a mask of this name is to be read from this file
     */
    public boolean holds(TensorFile file, Tensor tensor) {
        return rules.stream().anyMatch(rule -> switch (rule) {
            case Rule.All(Tensor mask) -> mask == tensor;
            case Rule.ByName(NameMap names, TensorFile masks) ->
                masks == file && names.activation().matches(tensor.name());
        });
    }

    /**
     * Checks that every pattern matches at least one layer.
     *
     * @param jobs all layers
     * @throws LogalignException if a pattern matches no layer
     */
    public void check(List<LayerJob> jobs) {
        for (Rule rule : rules) {
            if (rule instanceof Rule.ByName(NameMap names, TensorFile file)
                    && jobs.stream().allMatch(job -> maskNames(names, job).isEmpty())) {
                throw new LogalignException("--mask: no layer matches \"" + Names.printable(names.weight().toString())
                        + "\", for the masks in " + Names.printable(file.path())
                        + "; inspect shows the names");
            }
        }
    }

    /** The note of a row without a mask, if there are masks for other layers. */
    Optional<String> noteOnMissing() {
        return rules.isEmpty()
                ? Optional.empty()
                : Optional.of("no mask was given for this layer: all of its tokens count");
    }
}
