package io.github.logalign.score;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which layers of a file fit their activations only as they are stored, and which only transposed. Square layers fit either
 * way and follow their siblings: those of the same name in other blocks first, then all of the file. Tensors of many experts
 * are stored in a way of their own and have only each other as siblings.
 */
final class SiblingFits {

    /** One that fits only transposed may have the wrong activations; several agree about the file. */
    private static final int ENOUGH = 2;

    private final Map<String, Tally> tallies = new HashMap<>();

    /** Counts of layers, with an example or two to name. */
    private static final class Tally {

        private int stored;
        private int transposed;
        private int confirmed;
        private @Nullable String exampleStored;
        private @Nullable String exampleTransposed;
        private @Nullable String another;

        void add(String layer, boolean isTransposed, boolean isConfirmed) {
            if (!isTransposed) {
                stored++;
                exampleStored = exampleStored == null ? layer : exampleStored;
                return;
            }
            transposed++;
            confirmed += isConfirmed ? 1 : 0;
            if (exampleTransposed == null) {
                exampleTransposed = layer;
            } else if (another == null) {
                another = layer;
            }
        }
    }

    /**
     * Adds a layer that fits one way only.
     *
     * @param layer its name
     * @param fused whether it is a tensor of many experts
     * @param transposed whether it fits only transposed
     * @param confirmed whether the user says so too
     */
    void add(String layer, boolean fused, boolean transposed, boolean confirmed) {
        tally(all(fused)).add(layer, transposed, confirmed);
        tally(sameName(layer, fused)).add(layer, transposed, confirmed);
    }

    private Tally tally(String key) {
        return tallies.computeIfAbsent(key, newKey -> new Tally());
    }

    private static String all(boolean fused) {
        return fused ? "experts" : "layers";
    }

    private static String sameName(String layer, boolean fused) {
        return all(fused) + ' ' + LayerNames.lastPart(layer);
    }

    /** Tells whether any layer of the file fits only transposed. */
    boolean anyTransposed(boolean fused) {
        return tally(all(fused)).transposed > 0;
    }

    /**
     * What all other layers of the same last part say, if they agree.
     *
     * @param layer who asks
     * @param itself whether it fits only transposed itself, so that it is among those counted
     */
    Optional<Vote> ofTheSameName(String layer, boolean fused, boolean itself) {
        return vote(tally(sameName(layer, fused)), layer, fused, itself);
    }

    /** What all other layers of the file say, if they agree. */
    Optional<Vote> ofTheFile(String layer, boolean fused, boolean itself) {
        return vote(tally(all(fused)), layer, fused, itself);
    }

    private Optional<Vote> vote(Tally tally, String layer, boolean fused, boolean itself) {
        int others = tally.transposed - (itself ? 1 : 0);
        if (tally.stored > 0 && others == 0) {
            return Optional.of(new Vote(
                    StoredOrientation.OUTPUT_INPUT, quoted(tally.exampleStored) + " fits its activations only so"));
        }
        boolean enough = tally.confirmed > 0 || tally(all(fused)).transposed >= ENOUGH;
        if (tally.stored > 0 || others == 0 || !enough) {
            return Optional.empty();
        }
        boolean own = itself && layer.equals(tally.exampleTransposed);
        return Optional.of(new Vote(
                StoredOrientation.INPUT_OUTPUT,
                quoted(own ? tally.another : tally.exampleTransposed) + " fits its activations only so"));
    }

    private static String quoted(@Nullable String layer) {
        return LayerNames.quoted(String.valueOf(layer));
    }
}
