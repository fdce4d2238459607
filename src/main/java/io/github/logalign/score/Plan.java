package io.github.logalign.score;

import io.github.logalign.LogalignException;
import io.github.logalign.Matrix;
import io.github.logalign.tensor.NamedMatrix;
import io.github.logalign.tensor.Names;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which rows there will be: every requested layer has one, whether it can be scored or not.
 *
 * @param jobs the rows, in the order of the activations, then of the weights asked for
 * @param notes what was left aside, in one line each
 */
public record Plan(List<LayerJob> jobs, List<String> notes) {

    private static final String WEIGHT_SUFFIX = ".weight";
    private static final String INPUT_SUFFIX = ".input";
    private static final String HEAD = "lm_head";
    private static final Set<String> EMBEDDINGS = Set.of("embed_tokens", "wte");

    /** Copies the lists. */
    public Plan {
        jobs = List.copyOf(jobs);
        notes = List.copyOf(notes);
    }

    /**
     * Pairs weights and activations.
     *
     * @param weights the open weights
     * @param activations the open activations
     * @param selection what is wanted
     * @return the plan
     * @throws LogalignException if a name or pattern fits nothing
     */
    public static Plan of(TensorFile weights, TensorFile activations, Selection selection) {
        return new Builder(weights, activations, selection).build();
    }

    /**
     * One row for every matrix of a file, without activations.
     *
     * @param weights the open weights
     * @param selection what is wanted; names of activations are ignored
     * @return the plan
     * @throws LogalignException if a pattern fits nothing
     */
    public static Plan of(TensorFile weights, Selection selection) {
        return new Builder(weights, null, selection).buildWithoutActivations();
    }

    /** The name of a layer: the tensor's without its suffix, or the file's. */
    static String layerName(String tensorName, TensorFile file) {
        return isUnnamed(file) ? stem(file.path()) : withoutSuffix(tensorName, WEIGHT_SUFFIX);
    }

    private static boolean isUnnamed(TensorFile file) {
        return file.format().equals("npy");
    }

    private static String stem(Path path) {
        String name = String.valueOf(path.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static String withoutSuffix(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    private static String lastPart(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static final class Builder {

        private final TensorFile weights;
        private final @Nullable TensorFile activations;
        private final Selection selection;
        private final Map<String, Tensor> weightMatrices = new LinkedHashMap<>();
        private final Map<String, Tensor> activationMatrices = new LinkedHashMap<>();
        private final List<LayerJob> jobs = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final Set<String> usedWeights = new HashSet<>();

        /** A map has the last word on what belongs to a weight. */
        private final Set<String> mappedWeights = new HashSet<>();

        Builder(TensorFile weights, @Nullable TensorFile activations, Selection selection) {
            this.weights = weights;
            this.activations = activations;
            this.selection = selection;
            for (Tensor tensor : weights.tensors()) {
                if (tensor.holdsMatrices()) {
                    weightMatrices.put(tensor.name(), tensor);
                }
            }
            if (activations != null) {
                for (Tensor tensor : activations.tensors()) {
                    if (tensor.dataType().elementType().isPresent() && tensor.shape().length >= 2) {
                        activationMatrices.put(tensor.name(), tensor);
                    }
                }
            }
        }

        Plan build() {
            if (selection.tensor() != null) {
                buildOne(selection.tensor());
            } else {
                buildByActivations();
            }
            checkPatterns();
            noteOthers();
            return new Plan(jobs, notes);
        }

        Plan buildWithoutActivations() {
            for (Tensor weight : weightMatrices.values()) {
                if (selected(weight.name())) {
                    addWeight(weight, null, List.of(), null);
                }
            }
            checkPatterns();
            int others = weights.tensors().size() - weightMatrices.size();
            if (others > 0) {
                notes.add(count(others, "tensor") + " of " + shown(weights) + " hold no matrices and were left aside");
            }
            if (jobs.isEmpty()) {
                throw new LogalignException(shown(weights) + ": holds no matrix that is wanted");
            }
            return new Plan(jobs, notes);
        }

        // ---- one weight ----------------------------------------------------------------------------------------

        private void buildOne(String name) {
            List<String> warnings = new ArrayList<>();
            Tensor weight = namedWeight(name, warnings);
            Tensor activation = activationOf(name);
            addWeight(weight, activation, warnings, expertIndex(name));
        }

        private Tensor namedWeight(String name, List<String> warnings) {
            Optional<Tensor> found = weights.find(name).or(() -> weights.find(withoutIndex(name)));
            if (found.isPresent()) {
                return found.get();
            }
            Optional<Tensor> tied = tiedHead(withoutSuffix(name, WEIGHT_SUFFIX));
            tied.ifPresent(tensor -> warnings.add(tiedWarning(name, tensor)));
            return tied.orElseGet(() -> weights.tensor(name));
        }

        private static String withoutIndex(String name) {
            return expertIndex(name) == null ? name : name.substring(0, name.lastIndexOf('['));
        }

        /** The i of name[i], or null. */
        private static @Nullable Integer expertIndex(String name) {
            int open = name.lastIndexOf('[');
            if (open < 0 || !name.endsWith("]")) {
                return null;
            }
            try {
                return Integer.valueOf(name.substring(open + 1, name.length() - 1));
            } catch (NumberFormatException other) {
                return null;
            }
        }

        private Tensor activationOf(String weightName) {
            TensorFile dump = dump();
            if (selection.activation() != null) {
                return dump.tensor(selection.activation());
            }
            for (NameMap map : selection.maps()) {
                Optional<String> mapped = map.activationFor(weightName);
                if (mapped.isPresent()) {
                    return dump.tensor(mapped.get());
                }
            }
            return byName(withoutSuffix(weightName, WEIGHT_SUFFIX))
                    .or(() -> byName(withoutSuffix(withoutIndex(weightName), WEIGHT_SUFFIX)))
                    .or(this::onlyActivation)
                    .orElseThrow(() -> new LogalignException(shown(dump) + ": which of its "
                            + activationMatrices.size() + " activation tensors belongs to \""
                            + Names.printable(weightName) + "\" is not clear; name it with --activation"));
        }

        private Optional<Tensor> byName(String layer) {
            for (String name : List.of(layer, layer + WEIGHT_SUFFIX, layer + INPUT_SUFFIX)) {
                Tensor found = activationMatrices.get(name);
                if (found != null) {
                    return Optional.of(found);
                }
            }
            return Optional.empty();
        }

        private Optional<Tensor> onlyActivation() {
            return activationMatrices.size() == 1
                    ? Optional.of(activationMatrices.values().iterator().next())
                    : Optional.empty();
        }

        private TensorFile dump() {
            if (activations == null) {
                throw new IllegalStateException("there are no activations");
            }
            return activations;
        }

        // ---- all that have activations ---------------------------------------------------------------------------

        private void buildByActivations() {
            Set<String> mapped = new HashSet<>();
            List<Tensor> wanted = new ArrayList<>();
            if (selection.activation() != null) {
                wanted.add(dump().tensor(selection.activation()));
            } else {
                wanted.addAll(activationMatrices.values());
            }
            addMapped(mapped);
            if (wanted.size() == 1 && weightMatrices.size() == 1 && mapped.isEmpty()) {
                Tensor weight = weightMatrices.values().iterator().next();
                if (selected(weight.name())) {
                    addWeight(weight, wanted.getFirst(), List.of(), null);
                }
            } else {
                for (Tensor activation : wanted) {
                    if (!mapped.contains(activation.name())) {
                        addByName(activation);
                    }
                }
            }
            addIncludedWithoutActivations();
            if (activationMatrices.isEmpty()) {
                throw new LogalignException(shown(dump())
                        + ": holds no activations: tensors [tokens, n] of F64, F32, F16 or BF16");
            }
        }

        private void addMapped(Set<String> mapped) {
            for (Tensor weight : weightMatrices.values()) {
                for (NameMap map : selection.maps()) {
                    Optional<String> name = map.activationFor(weight.name());
                    boolean otherWanted = selection.activation() != null
                            && !name.equals(Optional.of(selection.activation()));
                    if (name.isEmpty() || otherWanted || !selected(weight.name())) {
                        continue;
                    }
                    mapped.add(name.get());
                    mappedWeights.add(weight.name());
                    Tensor activation = activationMatrices.get(name.get());
                    String skipped = activation == null
                            ? "the map names the activations \"" + Names.printable(name.get()) + "\", which "
                                    + shown(dump())
                                    + " does not hold; correct --map"
                            : null;
                    addWeight(weight, activation, List.of(), null, skipped);
                    break;
                }
            }
        }

        private void addByName(Tensor activation) {
            String layer = isUnnamed(dump())
                    ? stem(dump().path())
                    : withoutSuffix(withoutSuffix(activation.name(), WEIGHT_SUFFIX), INPUT_SUFFIX);
            List<String> warnings = new ArrayList<>();
            Optional<Tensor> weight = weights.find(layer + WEIGHT_SUFFIX).or(() -> weights.find(layer));
            if (weight.isEmpty()) {
                weight = tiedHead(layer);
                weight.ifPresent(tensor -> warnings.add(tiedWarning(layer + WEIGHT_SUFFIX, tensor)));
            }
            if (weight.isPresent()) {
                String name = weight.get().name();
                if (selected(name) && !mappedWeights.contains(name)) {
                    addWeight(weight.get(), activation, warnings, null);
                }
            } else if (selected(layer)) {
                jobs.add(new LayerJob(layer, weights.path(), null, null, null, activation, List.of(),
                        "no weight \"" + Names.printable(layer + WEIGHT_SUFFIX) + "\" or \"" + Names.printable(layer)
                                + "\" belongs to these activations; name it with --tensor or --map"));
            }
        }

        private void addIncludedWithoutActivations() {
            if (selection.include().isEmpty()) {
                return;
            }
            for (Tensor weight : weightMatrices.values()) {
                if (!usedWeights.contains(weight.name()) && selected(weight.name())) {
                    addWeight(weight, null, List.of(), null, "no activations belong to it in " + shown(dump())
                            + "; record them, or name them with --map");
                }
            }
        }

        private Optional<Tensor> tiedHead(String layer) {
            if (!lastPart(layer).equals(HEAD)) {
                return Optional.empty();
            }
            List<Tensor> embeddings = weightMatrices.values().stream()
                    .filter(tensor -> EMBEDDINGS.contains(lastPart(withoutSuffix(tensor.name(), WEIGHT_SUFFIX))))
                    .toList();
            return embeddings.size() == 1 ? Optional.of(embeddings.getFirst()) : Optional.empty();
        }

        private static String tiedWarning(String name, Tensor tensor) {
            return "\"" + Names.printable(name) + "\" is not in the file: taken as tied to \""
                    + Names.printable(tensor.name()) + "\"";
        }

        // ---- what they share ----------------------------------------------------------------------------------------

        private boolean selected(String name) {
            boolean included = selection.include().isEmpty() || anyFits(selection.include(), name);
            return !anyFits(selection.exclude(), name) && included;
        }

        private void addWeight(
                Tensor weight, @Nullable Tensor activation, List<String> warnings, @Nullable Integer only) {
            addWeight(weight, activation, warnings, only, null);
        }

        private void addWeight(
                Tensor weight,
                @Nullable Tensor activation,
                List<String> warnings,
                @Nullable Integer only,
                @Nullable String skipped) {
            usedWeights.add(weight.name());
            boolean transposed = anyFits(selection.transposed(), weight.name());
            if (skipped != null) {
                jobs.add(job(weight, weight.name(), null, activation, warnings, skipped));
                return;
            }
            List<NamedMatrix> matrices;
            try {
                matrices = weight.matrices();
            } catch (LogalignException noMatrix) {
                jobs.add(job(weight, weight.name(), null, activation, warnings, noMatrix.getMessage()));
                return;
            }
            if (only != null && matrices.size() > 1) {
                matrices = List.of(matrices.get(checkExpert(weight, only, matrices.size())));
            }
            if (matrices.isEmpty()) {
                jobs.add(job(weight, weight.name(), null, activation, warnings, "it holds no matrix; leave it out"));
            }
            for (NamedMatrix matrix : matrices) {
                Matrix w = transposed ? matrix.matrix().transposed() : matrix.matrix();
                jobs.add(job(weight, matrix.name(), w, activation, warnings, null));
            }
        }

        private static int checkExpert(Tensor weight, int index, int count) {
            if (index < 0 || index >= count) {
                throw new LogalignException(
                        weight.where() + " holds " + count + " matrices, there is no [" + index + "]");
            }
            return index;
        }

        private LayerJob job(
                Tensor weight,
                String name,
                @Nullable Matrix w,
                @Nullable Tensor activation,
                List<String> warnings,
                @Nullable String skipped) {
            String suffix = name.substring(Math.min(name.length(), weight.name().length()));
            String layer = layerName(weight.name(), weights) + suffix;
            String tensorName = weight.isNamed() ? name : null;
            return new LayerJob(
                    layer, weight.path(), tensorName, weight, w, activation, List.copyOf(warnings), skipped);
        }

        /** A pattern must fit a weight, a layer or an activation that is there, be it wanted or not. */
        private void checkPatterns() {
            List<Glob> globs = new ArrayList<>();
            globs.addAll(selection.include());
            globs.addAll(selection.exclude());
            globs.addAll(selection.transposed());
            for (Glob glob : globs) {
                boolean fits = weights.tensors().stream().anyMatch(tensor -> fits(glob, tensor.name()))
                        || activationMatrices.keySet().stream()
                                .anyMatch(name -> fits(glob, withoutSuffix(name, INPUT_SUFFIX)));
                requireFit(fits, glob);
            }
            for (NameMap map : selection.maps()) {
                boolean fits = weightMatrices.keySet().stream().anyMatch(map.weight()::matches);
                requireFit(fits, map);
            }
        }

        private void requireFit(boolean fits, Object pattern) {
            if (!fits) {
                throw new LogalignException(shown(weights) + ": the pattern \"" + Names.printable(pattern.toString())
                        + "\" matches nothing; inspect shows the names");
            }
        }

        private static boolean fits(Glob glob, String name) {
            return glob.matches(name) || glob.matches(withoutSuffix(name, WEIGHT_SUFFIX));
        }

        private static boolean anyFits(List<Glob> globs, String name) {
            return globs.stream().anyMatch(glob -> fits(glob, name));
        }

        private void noteOthers() {
            long others = weightMatrices.keySet().stream()
                    .filter(name -> !usedWeights.contains(name))
                    .count();
            if (others > 0) {
                notes.add(count(others, "other weight") + " of " + shown(weights) + " "
                        + (others == 1 ? "was" : "were") + " left aside");
            }
            int noActivations = dump().tensors().size() - activationMatrices.size();
            if (noActivations > 0) {
                notes.add(count(noActivations, "tensor") + " of " + shown(dump()) + " "
                        + (noActivations == 1 ? "is" : "are") + " not activations and "
                        + (noActivations == 1 ? "was" : "were") + " left aside");
            }
            if (jobs.isEmpty()) {
                throw new LogalignException(
                        shown(weights) + ": nothing that is wanted has activations in " + shown(dump())
                                + "; inspect shows the names");
            }
        }

        private static String count(long number, String what) {
            return number + " " + what + (number == 1 ? "" : "s");
        }

        private static String shown(TensorFile file) {
            return Names.printable(file.path());
        }
    }
}
