package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The unembedding of a checkpoint that holds it as the embedding only: most models tie the two, and their files then have no
 * tensor of the head's name.
 *
 * @param layer the head's name as it was asked for, without wrappers
 * @param embedding the embedding that is the head's weight too; null if it is not, or not clear
 * @param explanation what was assumed, or why nothing could be
 */
record TiedHead(String layer, @Nullable Tensor embedding, String explanation) {

    private static final Set<String> HEADS = Set.of("lm_head", "embed_out", "output_layer");

    /** Names that mean a head only where nothing stands before them. */
    private static final Set<String> OUTERMOST_HEADS = Set.of("output");

    private static final Set<String> EMBEDDINGS = Set.of("embed_tokens", "wte", "shared", "embed_in", "word_embeddings",
            "tok_embeddings");

    /** Where there are copies of it, such as T5's of encoder and decoder, this is the one that they are copies of. */
    private static final String SHARED = "shared";

    private static final Set<String> OTHER_EMBEDDINGS = Set.of("wpe", "position_embeddings", "token_type_embeddings");

    static boolean isHead(String layer) {
        String bare = LayerNames.withoutWrappers(layer);
        return HEADS.contains(LayerNames.lastPart(bare)) || OUTERMOST_HEADS.contains(bare);
    }

    /** Embeddings are looked up, never multiplied with, and heads are stored like them: vocabulary x n. */
    static boolean isHeadOrEmbedding(String layer) {
        String last = LayerNames.lastPart(LayerNames.withoutWrappers(layer));
        return isHead(layer) || EMBEDDINGS.contains(last) || OTHER_EMBEDDINGS.contains(last);
    }

    /**
     * Looks for the embedding that a head is tied to.
     *
     * @param layer the layer that has no weight of its name
     * @param weights all weights
     * @param config what config.json tells
     * @return nothing if the layer is no head, or a head's weight is there under another name
     */
    static Optional<TiedHead> of(String layer, WeightFile weights, ModelConfig config) {
        if (!isHead(layer) || hasHead(weights)) {
            return Optional.empty();
        }
        List<Tensor> embeddings = weights.all().stream().filter(TiedHead::isEmbedding).toList();
        List<Tensor> shared = embeddings.stream().filter(tensor -> last(tensor).equals(SHARED)).toList();
        List<Tensor> candidates = shared.isEmpty() ? embeddings : shared;
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        String bare = LayerNames.withoutWrappers(layer);
        String missing = LayerNames.quoted(bare + LayerNames.WEIGHT) + " is not in " + weights.shown();
        if (Boolean.FALSE.equals(config.tieWordEmbeddings())) {
            return Optional.of(new TiedHead(bare, null, missing + ", and " + ModelConfig.FILE_NAME
                    + " says that it is not tied to the embedding; save the head's weight too"));
        }
        if (candidates.size() > 1) {
            return Optional.of(new TiedHead(bare, null, missing + ", and which of " + candidates.size()
                    + " embeddings it is tied to is not clear: " + LayerNames.quoted(candidates.get(0).name()) + ", "
                    + LayerNames.quoted(candidates.get(1).name())));
        }
        String said = config.tieWordEmbeddings() == null ? "" : ", as " + ModelConfig.FILE_NAME + " says";
        return Optional.of(new TiedHead(bare, candidates.getFirst(),
                missing + ": taken as tied to " + LayerNames.quoted(candidates.getFirst().name()) + said));
    }

    private static boolean hasHead(WeightFile weights) {
        return weights.quantised().hasHead()
                || weights.all().stream().anyMatch(tensor -> isHead(LayerNames.withoutWeight(tensor.name())));
    }

    private static boolean isEmbedding(Tensor tensor) {
        return EMBEDDINGS.contains(last(tensor)) && tensor.shape().length == 2;
    }

    private static String last(Tensor tensor) {
        return LayerNames.lastPart(LayerNames.withoutWrappers(LayerNames.withoutWeight(tensor.name())));
    }
}
