package io.github.logalign.score;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records which layers of a file match their activations only as stored, and which only transposed. Square layers match
 * either way and follow their siblings: first the layers of the same name in other blocks, then all layers of the file.
 * Fused tensors of experts may be stored differently from other layers and have only each other as siblings.
 *
 * <p>Layers that match only transposed are no evidence by themselves, however many there are: outputs recorded instead
 * of inputs match in the same way. Such a layer counts for its siblings only if the user states that it is transposed.
 */
final class SiblingFits {

    private static final String FITS = " matches its activations only this way";

    private final Map<String, Tally> tallies = new HashMap<>();

    /** The only orientation that matches the activations of a layer, and what confirms it. */
    enum Fit {
        STORED,
        /** Only transposed; nothing confirms it. */
        TRANSPOSED,
        /** Only transposed; the checkpoint confirms it. */
        TRANSPOSED_BY_EVIDENCE,
        /** Only transposed; the user confirms it. */
        TRANSPOSED_AS_SAID
    }

    /** Counts of layers by fit, with an example of each for messages. */
    private static final class Tally {

        private int transposed;
        private @Nullable String stored;
        private @Nullable String unexplained;
        private @Nullable String confirmed;

        void add(String layer, Fit fit) {
            if (fit == Fit.STORED) {
                stored = stored == null ? layer : stored;
                return;
            }
            transposed++;
            unexplained = unexplained == null && fit == Fit.TRANSPOSED ? layer : unexplained;
            confirmed = confirmed == null && fit == Fit.TRANSPOSED_AS_SAID ? layer : confirmed;
        }

        Optional<Vote> vote(boolean itself) {
            int others = transposed - (itself ? 1 : 0);
            if (stored != null && others == 0) {
                return Optional.of(new Vote(
                        StoredOrientation.OUTPUT_INPUT, LayerNames.quoted(stored) + FITS));
            }
            return stored != null || confirmed == null
                    ? Optional.empty()
                    : Optional.of(new Vote(StoredOrientation.INPUT_OUTPUT, LayerNames.quoted(confirmed) + FITS));
        }
    }

    /**
     * Adds a layer that matches in one orientation only.
     *
     * @param layer its name
     * @param fused whether it is a tensor of many experts
     * @param fit the orientation that matches
     */
    void add(String layer, boolean fused, Fit fit) {
        tally(all(fused)).add(layer, fit);
        tally(sameName(layer, fused)).add(layer, fit);
    }

    private Tally tally(String key) {
        return tallies.computeIfAbsent(key, newKey -> new Tally());
    }

    private static String all(boolean fused) {
        return fused ? "experts" : "layers";
    }

    private static String sameName(String layer, boolean fused) {
        return all(fused) + ' ' + LayerNames.lastPart(LayerNames.withoutWrappers(layer));
    }

    /** Whether any layer of the file matches only transposed. */
    boolean anyTransposed(boolean fused) {
        return tally(all(fused)).transposed > 0;
    }

    /** A layer that matches only transposed without other evidence, so its outputs may have been recorded. */
    Optional<String> unexplained(boolean fused) {
        return Optional.ofNullable(tally(all(fused)).unexplained);
    }

    /**
     * The vote of all other layers whose names have the same last part, if they agree.
     *
     * @param layer the layer to decide
     * @param itself whether the layer itself matches only transposed, so that it is among the layers counted
     */
    Optional<Vote> ofTheSameName(String layer, boolean fused, boolean itself) {
        return tally(sameName(layer, fused)).vote(itself);
    }

    /** The vote of all other layers of the file, if they agree. */
    Optional<Vote> ofTheFile(boolean fused, boolean itself) {
        return tally(all(fused)).vote(itself);
    }
}
