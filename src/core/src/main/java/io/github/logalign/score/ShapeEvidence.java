package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Infers how weights are stored from the shapes of all weights of the file, for layers whose names do not determine it:
 * models in the style of GPT-2 use the same names for Conv1D and for Linear, and fused experts have the same ambiguity.
 * A file is written by one program, so evidence from one block holds for all; the layer's own block takes precedence.
 */
final class ShapeEvidence {

    private final LayerIndex index;
    private final List<Find> layers = new ArrayList<>();
    private final List<Find> experts = new ArrayList<>();

    /** The input dimensions of the attention layers. */
    private final Set<Long> widths = new HashSet<>();

    /** A weight whose shape shows which of its dimensions is the input. */
    private record Find(String layer, boolean transposed, String leads) {

        Vote vote(String block) {
            boolean own = LayerNames.parent(layer).equals(block);
            return new Vote(
                    transposed ? StoredOrientation.INPUT_OUTPUT : StoredOrientation.OUTPUT_INPUT,
                    (own ? LayerNames.lastPart(layer) + " of its block" : LayerNames.quoted(layer)) + leads
                            + (transposed ? " input x output" : " output x input"));
        }
    }

    ShapeEvidence(LayerIndex index) {
        this.index = index;
        for (Tensor tensor : index.tensors()) {
            ofAttention(tensor);
        }
        for (Tensor tensor : index.tensors()) {
            ofMlp(tensor);
            ofExperts(tensor);
        }
    }

    /**
     * The evidence of the shapes for a layer.
     *
     * @param layer its name without wrappers
     * @param fused whether it is a tensor of many experts
     * @return the evidence of its own block if there is any, otherwise an example of each orientation found in other
     *     blocks
     */
    List<Vote> votes(String layer, boolean fused) {
        if (!ModelTypes.isAmbiguous(layer, fused)) {
            return List.of();
        }
        List<Find> finds = fused ? experts : layers;
        String block = LayerNames.parent(layer);
        return finds.stream()
                .filter(find -> LayerNames.parent(find.layer).equals(block))
                .findFirst()
                .map(find -> List.of(find.vote(block)))
                .orElseGet(() -> examples(finds, block));
    }

    private static List<Vote> examples(List<Find> finds, String block) {
        List<Vote> votes = new ArrayList<>();
        for (boolean transposed : new boolean[]{true, false}) {
            finds.stream().filter(find -> find.transposed == transposed).findFirst()
                    .ifPresent(find -> votes.add(find.vote(block)));
        }
        return votes;
    }

    /** c_proj is n x n, and c_attn leads from n to queries, keys and values: GPT-2's is n x 3n, nanoGPT's 3n x n. */
    private void ofAttention(Tensor tensor) {
        String layer = layer(tensor, "c_attn", 2);
        if (layer == null) {
            return;
        }
        long[] attention = tensor.shape();
        long[] projection = shape(LayerNames.parent(layer) + "c_proj");
        long n = projection != null && projection[0] == projection[1]
                ? projection[0]
                : Math.min(attention[0], attention[1]);
        if (attention[0] != attention[1] && (attention[0] == n || attention[1] == n)) {
            widths.add(n);
            layers.add(leading(layer, attention, n));
        }
    }

    /**
     * c_fc leads from the input dimension of the attention layers or, if that is unknown, from a smaller dimension to a
     * larger one.
     */
    private void ofMlp(Tensor tensor) {
        String layer = layer(tensor, "c_fc", 2);
        if (layer == null) {
            return;
        }
        long[] wide = tensor.shape();
        boolean first = widths.isEmpty() ? wide[0] < wide[1] : widths.contains(wide[0]);
        boolean second = widths.isEmpty() ? wide[1] < wide[0] : widths.contains(wide[1]);
        if (first != second) {
            layers.add(leading(layer, wide, first ? wide[0] : wide[1]));
        }
    }

    private static Find leading(String layer, long[] shape, long n) {
        boolean transposed = shape[0] == n;
        return new Find(
                layer, transposed, " leads from " + n + " to " + (transposed ? shape[1] : shape[0]) + " and is stored");
    }

    /** gate_up_proj leads from n to twice the inner dimension, down_proj from that back to n. */
    private void ofExperts(Tensor tensor) {
        String layer = layer(tensor, "gate_up_proj", 3);
        long[] down = layer == null ? null : shape(LayerNames.parent(layer) + "down_proj");
        if (layer == null || down == null || down.length != 3) {
            return;
        }
        long[] up = tensor.shape();
        boolean transposed = up[1] == down[2] && up[2] == 2 * down[1];
        boolean linear = up[2] == down[1] && up[1] == 2 * down[2];
        if (transposed != linear) {
            experts.add(new Find(layer, transposed, " and down_proj have matching shapes only if stored"));
        }
    }

    private static @Nullable String layer(Tensor tensor, String last, int dimensions) {
        if (tensor.shape().length != dimensions || !tensor.name().contains(last)) {
            return null;
        }
        String layer = LayerNames.withoutWrappers(LayerNames.withoutWeight(tensor.name()));
        return LayerNames.lastPart(layer).equals(last) ? layer : null;
    }

    private long @Nullable [] shape(String layer) {
        Optional<Tensor> tensor = index.find(layer);
        return tensor.map(Tensor::shape).filter(shape -> shape.length >= 2).orElse(null);
    }
}
