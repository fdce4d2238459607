package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The unembedding of a checkpoint that stores it only as the embedding. Most models tie the two, and their files then
 * have no tensor with the head's name.
 *
 * @param layer the requested name of the head, without wrappers
 * @param embedding the embedding that is also the head's weight; null if the two are not tied or the embedding is
 *     ambiguous
 * @param explanation the assumption made, or the reason why none could be made
 */
record TiedHead(String layer, @Nullable Tensor embedding, String explanation) {

    private static final Set<String> HEADS = Set.of("lm_head", "embed_out", "output_layer", "vocab_projector",
            "generator_lm_head");

    /** The last two parts of the names of heads whose last part may be that of other layers: BERT's, RoBERTa's. */
    private static final Set<String> HEADS_WITHIN = Set.of("predictions.decoder", "lm_head.decoder");

    /** Names of a head only at the outermost level: Llama's own, ModernBERT's, Whisper's, BioGPT's. */
    private static final Set<String> OUTERMOST_HEADS = Set.of("output", "decoder", "proj_out", "output_projection");

    private static final Set<String> EMBEDDINGS = Set.of("embed_tokens", "wte", "shared", "embed_in", "word_embeddings",
            "tok_embeddings", "tokens_embed", "embeddings", "token_embd");

    /** The original if the file also holds copies of it, such as those of T5's encoder and decoder. */
    private static final String SHARED = "shared";

    private static final Set<String> OTHER_EMBEDDINGS = Set.of("wpe", "embed_positions", "position_embeddings",
            "token_type_embeddings");

    static boolean isHead(String layer) {
        String bare = LayerNames.withoutWrappers(layer);
        return HEADS.contains(LayerNames.lastPart(bare))
                || OUTERMOST_HEADS.contains(bare)
                || HEADS_WITHIN.stream().anyMatch(head -> bare.equals(head) || bare.endsWith("." + head));
    }

    /** Whether a layer is stored vocabulary x n: embeddings are lookup tables, and heads have the same layout. */
    static boolean isHeadOrEmbedding(String layer) {
        String last = LayerNames.lastPart(LayerNames.withoutWrappers(layer));
        return isHead(layer) || EMBEDDINGS.contains(last) || OTHER_EMBEDDINGS.contains(last);
    }

    /**
     * Finds the embedding that a head is tied to.
     *
     * @param layer a layer without a weight of its name
     * @param weights all weights
     * @param config the contents of config.json
     * @return empty if the layer is not a head, or the file holds a head's weight under another name
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
                    + " embeddings it is tied to is unclear: " + LayerNames.quoted(candidates.get(0).name()) + ", "
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
