package io.github.logalign.score;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pairs activations with weights, by the user's options or otherwise by name. Names are ignored only if one side has
 * none, as in npy files, and the other side leaves no choice. A weight with the right name remains the layer's weight
 * even if it cannot be used.
 */
final class Pairing {

    /** What PEFT adds to the name of a layer for the first matrix of its adapter. */
    private static final String LORA = ".lora_A";

    private final WeightFile weights;
    private final ActivationFile dump;
    private final Selection selection;
    private final WeightSearch search;
    private final MappedPairs mapped;
    private final RenamedPairs renamed;
    private final List<Pair> pairs = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Pairing(WeightFile weights, ActivationFile dump, Selection selection, ModelConfig config) {
        this.weights = weights;
        this.dump = dump;
        this.selection = selection;
        this.search = new WeightSearch(weights, selection, config);
        this.mapped = new MappedPairs(weights, dump, selection, search);
        this.renamed = new RenamedPairs(weights, dump, selection, search, this::byName);
    }

    /**
     * Finds the pairs.
     *
     * @return a pair for each selected row, in the order of the rows
     * @throws LogalignException if a name given by the user does not exist, or the files hold nothing to pair
     */
    List<Pair> pairs() {
        if (selection.tensor() != null) {
            pairs.add(one(selection.tensor()));
            return pairs;
        }
        if (dump.all().isEmpty()) {
            throw noActivations();
        }
        pairs.addAll(mapped.find());
        List<Tensor> wanted = selection.activation() == null
                ? dump.all()
                : List.of(dump.file().tensor(selection.activation()));
        if (LayerNames.isUnnamed(weights.file())) {
            addUnnamedWeight(wanted);
        } else {
            wanted.forEach(this::addActivation);
        }
        addIncludedWithoutActivations();
        return pairs;
    }

    /** Activations that were not used, one line each; complete after {@link #pairs}. */
    List<String> notes() {
        return notes;
    }

    // ---- one weight named by the user -----------------------------------------------------------------------------

    private Pair one(String name) {
        Optional<Pair> found = search.weightOf(name);
        if (found.isEmpty()) {
            throw missing(name);
        }
        Pair pair = found.get();
        Tensor weight = pair.weight();
        if (weight == null) {
            return pair;
        }
        return activationOf(name, weight)
                .map(activation -> withActivation(pair, activation))
                .or(() -> renamed.to(pair))
                .or(() -> onlyActivation(weight).map(activation -> withActivation(pair, activation)))
                .orElseThrow(() -> unclear(name));
    }

    private static Pair withActivation(Pair pair, Tensor activation) {
        boolean own = pair.matrix() != null && LayerNames.index(activation.name()) != null;
        return new Pair(pair.layer(), pair.weight(), pair.matrix(), activation, own, null, pair.warnings(),
                pair.refusal());
    }

    private LogalignException missing(String name) {
        try {
            weights.file().tensor(name);
        } catch (LogalignException missing) {
            return missing;
        }
        return new LogalignException(weights.shown() + ": " + LayerNames.quoted(name) + " cannot be scored");
    }

    /** The activations that the user named, or those of the weight's name. */
    private Optional<Tensor> activationOf(String name, Tensor weight) {
        if (selection.activation() != null) {
            return Optional.of(dump.file().tensor(selection.activation()));
        }
        for (NameMap map : selection.maps()) {
            Optional<String> target = map.activationFor(name).or(() -> mapped.activationFor(map, weight, ""));
            if (target.isPresent()) {
                return target.map(dump.file()::tensor);
            }
        }
        String layer = LayerNames.withoutWeight(name);
        return dump.of(layer)
                .or(() -> dump.of(LayerNames.withoutWeight(LayerNames.withoutIndex(name))))
                .filter(tensor -> belongsTo(tensor, weight));
    }

    /** Activations named X.input may belong to a layer X.input or be the input of layer X. */
    private boolean belongsTo(Tensor activation, Tensor weight) {
        return dump.isUnnamed()
                || byName(activation).map(Pair::weight).filter(named -> named == weight).isPresent();
    }

    private LogalignException unclear(String name) {
        String weight = LayerNames.quoted(name);
        return switch (dump.all().size()) {
            case 0 -> noActivations();
            case 1 -> new LogalignException(dump.shown() + ": it holds only the activations "
                    + LayerNames.quoted(dump.all().getFirst().name()) + ", whose name is that of another weight than "
                    + weight + "; name them with --activation if they are its inputs too");
            default -> new LogalignException(dump.shown() + ": which of its " + dump.all().size()
                    + " activation tensors belongs to " + weight + " is unclear; name it with --activation");
        };
    }

    private LogalignException noActivations() {
        return new LogalignException(dump.shown()
                + ": it holds no activations, which are tensors [tokens, n] of F64, F32, F16 or BF16");
    }

    /**
     * The user named the weight, so a single activation tensor needs no matching name, unless its name is that of
     * another weight.
     */
    private Optional<Tensor> onlyActivation(Tensor weight) {
        if (dump.all().size() != 1) {
            return Optional.empty();
        }
        Tensor only = dump.all().getFirst();
        boolean anothers = !dump.isUnnamed()
                && Stream.concat(byName(only).stream(), renamed.of(only).stream())
                        .map(Pair::weight)
                        .anyMatch(other -> other != null && other != weight);
        return anothers ? Optional.empty() : Optional.of(only);
    }

    // ---- all weights with activations
    // ---------------------------------------------------------------------------------

    /**
     * The weight that activations belong to by name: X.input means the layer of that name if it exists, otherwise the
     * input of X.
     */
    private Optional<Pair> byName(Tensor activation) {
        return dump.isUnnamed()
                ? search.weightOf(LayerNames.stem(dump.file().path()))
                : search.weightOf(LayerNames.withoutWeight(activation.name()))
                        .or(() -> search.weightOf(LayerNames.withoutSuffix(activation.name())));
    }

    /** Activations that a map assigns to other weights also belong to the weight of their own name. */
    private void addActivation(Tensor activation) {
        boolean givenAway = mapped.contains(activation);
        Optional<Pair> found = byName(activation);
        if (givenAway && found.map(Pair::weight).isEmpty()) {
            return;
        }
        if (found.isEmpty() && (dump.isUnnamed() || selection.activation() != null)) {
            found = onlyWeight();
        }
        if (found.isPresent()) {
            add(found.get().withActivation(activation, null), activation, givenAway);
            return;
        }
        List<Pair> others = renamed.of(activation);
        others.forEach(pair -> add(pair, activation, givenAway));
        if (others.isEmpty()) {
            String layer = dump.isUnnamed()
                    ? LayerNames.stem(dump.file().path())
                    : LayerNames.withoutSuffix(activation.name());
            pairs.add(Pair.refused(layer, null, activation, whyWithoutWeight(layer)));
        }
    }

    private String whyWithoutWeight(String layer) {
        if (!dump.isUnnamed() && search.stored(layer + LORA).isPresent()) {
            return weights.shown() + " holds the adapter of " + LayerNames.quoted(layer)
                    + " but not its own weight; score"
                    + " the model that the adapter belongs to for it";
        }
        if (RenamedPairs.isModuleOfExperts(layer)) {
            return "a module of experts is given the tokens of all experts; save those of each as "
                    + LayerNames.quoted(layer + "[0]") + " and so on";
        }
        return "no weight " + LayerNames.quoted(layer + LayerNames.WEIGHT) + " or " + LayerNames.quoted(layer)
                + " exists for these activations" + selection.howToPair();
    }

    private void add(Pair pair, Tensor activation, boolean givenAway) {
        if (pair.weight() != null && mapped.contains(pair.weight(), pair.matrix())) {
            if (!givenAway) {
                notes.add("the activations " + LayerNames.quoted(activation.name()) + " of " + dump.shown()
                        + " were not used: --map assigns others to " + LayerNames.quoted(pair.layer()));
            }
            return;
        }
        pairs.add(pair);
    }

    /** The only tensor that may be a weight, usable or not. With two such tensors, the other one could be meant. */
    private Optional<Pair> onlyWeight() {
        List<Tensor> candidates = weights.all().stream()
                .filter(tensor -> weights.isWeight(tensor) || WeightFile.isPlaceholder(tensor))
                .limit(2)
                .toList();
        return candidates.size() == 1
                ? Optional.of(Pair.of(search.layerName(candidates.getFirst()), candidates.getFirst(), null, null))
                : Optional.empty();
    }

    private void addUnnamedWeight(List<Tensor> wanted) {
        Tensor weight = weights.all().getFirst();
        if (mapped.contains(weight, null)) {
            return;
        }
        String layer = search.layerName(weight);
        Optional<Tensor> activation = wanted.size() == 1 ? Optional.of(wanted.getFirst()) : dump.of(layer);
        if (activation.isEmpty()) {
            throw new LogalignException(dump.shown() + ": which of its " + wanted.size()
                    + " activation tensors belongs to the array of " + weights.shown() + " is unclear; "
                    + (selection.offersNames() ? "name it with --activation" : "call it " + LayerNames.quoted(layer)));
        }
        pairs.add(Pair.of(layer, weight, null, activation.get()));
    }

    private void addIncludedWithoutActivations() {
        if (selection.include().isEmpty()) {
            return;
        }
        Set<Tensor> used = new HashSet<>();
        for (Pair pair : pairs) {
            if (pair.weight() != null) {
                used.add(pair.weight());
            }
        }
        for (Tensor weight : weights.all()) {
            boolean layer = weights.isWeight(weight)
                    && (weight.isFloating() || weights.quantised().of(weight).isPresent());
            if (layer && !used.contains(weight)) {
                pairs.add(Pair.refused(search.layerName(weight), weight, null, weights.whyUnusable(weight)
                        .orElse(dump.shown() + " holds no activations for it"
                                + "; record them, or name them with --map")));
            }
        }
    }
}
