package io.github.logalign.score;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which layers of a file fit their activations only as they are stored, and which only transposed. Square layers fit either
 * way and follow their siblings: those of the same name in other blocks first, then all of the file. Tensors of many experts
 * are stored in a way of their own and have only each other as siblings.
 *
 * <p>A layer that fits only transposed proves nothing by that, however many there are: the outputs of layers, recorded in the
 * place of their inputs, fit like that as well. It speaks for its siblings only where the user says that it is transposed.
 */
final class SiblingFits {

    private static final String FITS = " fits its activations only so";

    private final Map<String, Tally> tallies = new HashMap<>();

    /** The only way in which the activations of a layer fit, and who says that it is stored so. */
    enum Fit {
        STORED,
        /** Nobody says so. */
        TRANSPOSED,
        /** The checkpoint says so. */
        TRANSPOSED_BY_EVIDENCE,
        /** The user says so. */
        TRANSPOSED_AS_SAID
    }

    /** Counts of layers, with an example of each to name. */
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
     * Adds a layer that fits one way only.
     *
     * @param layer its name
     * @param fused whether it is a tensor of many experts
     * @param fit which way it fits
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

    /** Tells whether any layer of the file fits only transposed. */
    boolean anyTransposed(boolean fused) {
        return tally(all(fused)).transposed > 0;
    }

    /** A layer that fits only transposed although nothing else says that it is: perhaps its outputs were recorded. */
    Optional<String> unexplained(boolean fused) {
        return Optional.ofNullable(tally(all(fused)).unexplained);
    }

    /**
     * What all other layers of the same last part say, if they agree.
     *
     * @param layer who asks
     * @param itself whether it fits only transposed itself, so that it is among those counted
     */
    Optional<Vote> ofTheSameName(String layer, boolean fused, boolean itself) {
        return tally(sameName(layer, fused)).vote(itself);
    }

    /** What all other layers of the file say, if they agree. */
    Optional<Vote> ofTheFile(boolean fused, boolean itself) {
        return tally(all(fused)).vote(itself);
    }
}
