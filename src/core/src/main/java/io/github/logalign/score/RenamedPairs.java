package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pairs activations whose own name no weight has, by the names of {@link ModuleNames}: if exactly one of these is in the
 * file, and no other activations belong to it.
 */
final class RenamedPairs {

    private final WeightFile weights;
    private final ActivationFile dump;
    private final Selection selection;
    private final WeightSearch search;
    private final Function<Tensor, Optional<Pair>> byName;
    private final Map<Tensor, List<Pair>> found = new HashMap<>();

    /** How the names in the file begin: a renaming to another beginning needs no look-up. */
    private @Nullable Set<String> roots;

    /** The activations that belong to a weight, by its name and that of its matrix. */
    private @Nullable Map<String, List<Tensor>> claims;

    /**
     * Pairs nothing yet.
     *
     * @param byName the weight that activations belong to by their own name
     */
    RenamedPairs(
            WeightFile weights,
            ActivationFile dump,
            Selection selection,
            WeightSearch search,
            Function<Tensor, Optional<Pair>> byName) {
        this.weights = weights;
        this.dump = dump;
        this.selection = selection;
        this.search = search;
        this.byName = byName;
    }

    /**
     * The weights of activations that have none by name.
     *
     * @param activation the activations
     * @return their pairs, or one that says why it is unclear to which they belong; empty if no other name is known
     */
    List<Pair> of(Tensor activation) {
        List<Pair> pairs = candidates(activation);
        for (Pair pair : pairs) {
            List<Tensor> others = claims().getOrDefault(key(pair), List.of()).stream()
                    .filter(other -> !other.equals(activation))
                    .toList();
            if (pair.weight() != null && !others.isEmpty()) {
                return List.of(Pair.refused(layer(activation), null, activation,
                        "these activations may belong to " + LayerNames.quoted(pair.weight().name()) + " of "
                                + weights.shown() + ", and so may " + LayerNames.quoted(others.getFirst().name())
                                + selection.howToPair()));
            }
        }
        return pairs;
    }

    /** A weight with activations of another name, if it has some. */
    Optional<Pair> to(Pair wanted) {
        return claims().values().stream()
                .flatMap(List::stream)
                .distinct()
                .filter(activation -> byName.apply(activation).isEmpty())
                .flatMap(activation -> of(activation).stream())
                .filter(pair -> pair.weight() != null && pair.weight().equals(wanted.weight())
                        && (pair.matrix() == null || pair.matrix().equals(wanted.matrix())))
                .map(pair -> new Pair(wanted.layer(), wanted.weight(), wanted.matrix(), pair.activation(),
                        pair.matrix() != null, pair.activationMatrix(), pair.warnings(), wanted.refusal()))
                .findFirst();
    }

    private Map<String, List<Tensor>> claims() {
        Map<String, List<Tensor>> known = claims;
        if (known == null) {
            known = new HashMap<>();
            for (Tensor activation : dump.all()) {
                Optional<Pair> named = byName.apply(activation);
                for (Pair pair : named.isPresent() ? List.of(named.get()) : candidates(activation)) {
                    if (pair.weight() != null) {
                        known.computeIfAbsent(key(pair), weight -> new ArrayList<>(1)).add(activation);
                    }
                }
            }
            claims = known;
        }
        return known;
    }

    private Set<String> roots() {
        Set<String> known = roots;
        if (known == null) {
            known = new HashSet<>();
            for (Tensor weight : weights.all()) {
                known.add(root(LayerNames.withoutWrappers(search.layerName(weight))));
            }
            roots = known;
        }
        return known;
    }

    private static String root(String layer) {
        int dot = layer.indexOf('.');
        return dot < 0 ? LayerNames.withoutIndex(layer) : layer.substring(0, dot);
    }

    private static String key(Pair pair) {
        String index = pair.matrix() == null ? "" : "[" + pair.matrix() + "]";
        return pair.weight() == null ? "" : pair.weight().name() + index;
    }

    private List<Pair> candidates(Tensor activation) {
        return found.computeIfAbsent(activation, this::find);
    }

    private List<Pair> find(Tensor activation) {
        if (dump.isUnnamed()) {
            return List.of();
        }
        String name = layer(activation);
        List<Pair> pairs = find(activation, name, null);
        return pairs.isEmpty() && LayerNames.index(name) == null ? ofEveryExpert(activation, name) : pairs;
    }

    private static String layer(Tensor activation) {
        return LayerNames.withoutWrappers(LayerNames.withoutSuffix(activation.name()));
    }

    /** Activations of all experts, {@code [experts, tokens, n]} or the same for all, whose weights are single tensors. */
    private List<Pair> ofEveryExpert(Tensor activation, String name) {
        if (isModuleOfExperts(name)) {
            return List.of();
        }
        boolean shared = activation.shape().length != 3;
        List<Pair> pairs = new ArrayList<>();
        int experts = 0;
        List<Pair> next = ofExpert(activation, name, experts, shared);
        while (!next.isEmpty()) {
            pairs.addAll(next);
            experts++;
            next = ofExpert(activation, name, experts, shared);
        }
        if (pairs.isEmpty() || shared || activation.shape()[0] == experts) {
            return pairs;
        }
        return List.of(Pair.refused(name, null, activation, weights.shown() + " holds " + experts + " experts, and "
                + activation.where() + " is " + Arrays.toString(activation.shape()) + "; save [" + experts
                + ", tokens, n] if each has tokens of its own, or [tokens, n] if all have the same"));
    }

    private List<Pair> ofExpert(Tensor activation, String name, int expert, boolean shared) {
        return find(activation, name + "[" + expert + "]", shared ? null : (Integer) expert).stream()
                .filter(pair -> pair.weight() != null && pair.matrix() == null)
                .toList();
    }

    /** Such a module is given the tokens of all its experts, so what it was given is no expert's input. */
    static boolean isModuleOfExperts(String layer) {
        return LayerNames.lastPart(layer).equals("experts");
    }

    private List<Pair> find(Tensor activation, String name, @Nullable Integer part) {
        Map<Set<String>, List<Pair>> hits = new LinkedHashMap<>();
        for (ModuleNames.Renaming renaming : ModuleNames.of(name)) {
            List<Pair> stored = renaming.layers().stream()
                    .filter(layer -> roots().contains(root(layer)))
                    .flatMap(layer -> search.stored(layer).stream())
                    .toList();
            Set<String> layers = new LinkedHashSet<>(stored.stream().map(Pair::layer).toList());
            if (!stored.isEmpty()) {
                String warning = "the activations have another name: " + renaming.why();
                hits.putIfAbsent(layers,
                        stored.stream().map(pair -> pair.withActivation(activation, part).withWarning(warning))
                                .toList());
            }
        }
        if (hits.size() <= 1) {
            return hits.values().stream().findFirst().orElse(List.of());
        }
        List<String> layers = hits.keySet().stream().flatMap(Set::stream).toList();
        return List.of(Pair.refused(layer(activation), null, activation,
                layers.size() + " weights of " + weights.shown() + " may be meant by these activations: "
                        + LayerNames.quoted(layers.get(0)) + ", " + LayerNames.quoted(layers.get(1))
                        + selection.howToPair()));
    }
}
