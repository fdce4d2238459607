package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.score.LayerInfo.Source;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.NamedMatrix;
import io.github.logalign.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of pairs: looks at the shapes, takes tensors of many matrices apart, and decides about orientations, for which
 * all pairs of a file are looked at together.
 */
final class Rows {

    private final WeightFile weights;
    private final Selection selection;
    private final ModelConfig config;
    private final SiblingFits siblings = new SiblingFits();
    private final Orientation.Judge judge;
    private final Set<String> claimed = new HashSet<>();
    private final Set<String> layers = new HashSet<>();
    private final List<LayerJob> jobs = new ArrayList<>();

    Rows(WeightFile weights, Selection selection, ModelConfig config) {
        this.weights = weights;
        this.selection = selection;
        this.config = config;
        this.judge = new Orientation.Judge(new OrientationEvidence(weights.index(), config), siblings, selection);
    }

    /** The rows that are wanted, in order. */
    List<LayerJob> of(List<Pair> pairs) {
        for (Pair pair : pairs) {
            lookAtFit(pair);
            if (pair.weight() != null && pair.matrix() != null) {
                claimed.add(pair.weight().name() + "[" + pair.matrix() + "]");
            }
        }
        pairs.forEach(this::add);
        return jobs;
    }

    private void lookAtFit(Pair pair) {
        Tensor weight = pair.weight();
        Tensor activation = pair.activation();
        if (weight == null || activation == null || pair.refusal() != null || weights.whyUnusable(weight).isPresent()) {
            return;
        }
        WeightKind kind = kind(pair, weight);
        boolean convolution = kind.refusal() != null || kind.shape() == WeightKind.Shape.CONVOLUTION;
        if (convolution || TiedHead.isHeadOrEmbedding(pair.layer())) {
            return;
        }
        long[] shape = weight.shape();
        long rows = shape[shape.length - 2];
        long columns = shape[shape.length - 1];
        long n = columns(activation);
        if (rows != columns && (n == rows || n == columns)) {
            siblings.add(pair.layer(), shape.length == 3,
                    n == rows ? judge.transposedFit(weight, pair.layer()) : SiblingFits.Fit.STORED);
        }
    }

    private WeightKind kind(Pair pair, Tensor weight) {
        Long columns = pair.activation() == null ? null : (Long) columns(pair.activation());
        return WeightKind.of(weight, pair.layer(), columns, config, selection.convolutions());
    }

    private static long columns(Tensor activation) {
        return activation.shape()[activation.shape().length - 1];
    }

    private void add(Pair pair) {
        Tensor weight = pair.weight();
        if (weight == null || pair.refusal() != null) {
            addRefused(pair, new Outcome.Skipped(described(pair, String.valueOf(pair.refusal()))));
            return;
        }
        Optional<String> unusable = weights.whyUnusable(weight);
        WeightKind kind = kind(pair, weight);
        if (unusable.isPresent() || kind.refusal() != null) {
            addRefused(pair, new Outcome.Skipped(described(pair, unusable.orElse(String.valueOf(kind.refusal())))));
            return;
        }
        try {
            switch (kind.shape()) {
                case CONVOLUTION -> addConvolution(pair, weight);
                case MATRIX -> addMatrix(pair, weight);
                case EXPERTS -> addExperts(pair, weight, kind);
            }
        } catch (LogalignException unreadable) {
            addRefused(pair, new Outcome.Skipped(described(pair, String.valueOf(unreadable.getMessage()))));
        }
    }

    private void addConvolution(Pair pair, Tensor weight) {
        Matrix w = weight.unfolded();
        Outcome.Missing refusal = null;
        if (judge.isTransposed(weight, pair.layer())) {
            refusal = new Outcome.Skipped(weight.where() + ": a convolution is scored as out x (in k); leave it out of"
                    + " --transposed");
        } else if (pair.activation() != null && columns(pair.activation()) != w.columns()) {
            refusal = new Outcome.Failed(weight.where() + " has n = " + w.columns() + " inputs as out x (in k), but "
                    + pair.activation().where() + " has " + columns(pair.activation())
                    + " columns; record unfolded inputs, in k values a position");
        }
        Orientation orientation = Orientation.of(
                StoredOrientation.OUTPUT_INPUT, "a convolution is stored out x (in k)");
        addRow(pair, weight, new NamedMatrix(weight.name(), w), null, orientation, pair.warnings(), refusal);
    }

    private void addMatrix(Pair pair, Tensor weight) {
        if (pair.matrix() != null) {
            addRefused(pair,
                    new Outcome.Skipped(weight.where() + " is one matrix; there is no [" + pair.matrix() + "]"));
            return;
        }
        addRow(pair, weight, weight.matrices().getFirst(), pair.activationMatrix(), orientation(pair, weight),
                pair.warnings(), null);
    }

    private Orientation orientation(Pair pair, Tensor weight) {
        return pair.activation() == null
                ? judge.withoutActivations(weight, pair.layer())
                : judge.withActivations(weight, pair.layer(), pair.activation());
    }

    private void addExperts(Pair pair, Tensor weight, WeightKind kind) {
        List<NamedMatrix> matrices = weight.matrices();
        Integer only = pair.matrix();
        if (matrices.isEmpty() || (only != null && only >= matrices.size())) {
            addRefused(pair,
                    new Outcome.Skipped(weight.where() + " holds " + LayerNames.count(matrices.size(), "matrice")
                            + (only == null ? "; leave it out" : ", there is no [" + only + "]")));
            return;
        }
        boolean shared = pair.activation() == null || pair.ownActivation() || pair.activation().shape().length != 3;
        if (!shared && pair.activation() != null && pair.activation().shape()[0] != matrices.size()) {
            long[] shape = pair.activation().shape();
            addRefused(pair, new Outcome.Skipped(weight.where() + " holds " + matrices.size() + " matrices, and "
                    + pair.activation().where() + " is " + Arrays.toString(shape) + "; save [" + matrices.size()
                    + ", tokens, n] if each has tokens of its own, or [tokens, n] if all have the same"));
            return;
        }
        Orientation orientation = orientation(pair, weight);
        List<String> warnings = new ArrayList<>(pair.warnings());
        if (kind.assumption() != null) {
            warnings.add(kind.assumption());
        }
        if (orientation.refusal() != null) {
            addRefused(pair, orientation.refusal());
            return;
        }
        for (int index = 0; index < matrices.size(); index++) {
            boolean another = only == null && claimed.contains(matrices.get(index).name());
            if (!another && (only == null || only == index)) {
                addRow(pair, weight, matrices.get(index), shared ? null : (Integer) index, orientation, warnings, null);
            }
        }
    }

    private void addRow(
            Pair pair,
            Tensor weight,
            NamedMatrix matrix,
            @Nullable Integer activationMatrix,
            Orientation orientation,
            List<String> warnings,
            Outcome.@Nullable Missing refusal) {
        String index = matrix.name().substring(weight.name().length());
        String layer = pair.layer() + index;
        if (!selection.wants(List.of(pair.layer(), weight.name(), layer, matrix.name()))) {
            return;
        }
        List<String> all = new ArrayList<>(warnings);
        if (orientation.warning() != null) {
            all.add(orientation.warning());
        }
        if (!layers.add(layer)) {
            all.add("the layer has another row, with other activations");
        }
        boolean transposed = orientation.stored() == StoredOrientation.INPUT_OUTPUT;
        Matrix w = transposed ? matrix.matrix().transposed() : matrix.matrix();
        LayerInfo info = new LayerInfo(
                layer,
                new Source(weight.path().toString(), weight.isNamed() ? matrix.name() : null),
                source(pair.activation(), activationMatrix),
                new LayerInfo.Shape(w.rows(), w.columns(), w.elementType()),
                orientation.stored() == null
                        ? null
                        : new LayerInfo.Storage(orientation.stored(), orientation.reason()),
                all);
        jobs.add(new LayerJob(info, weight, w, pair.activation(), activationMatrix,
                refusal == null ? orientation.refusal() : refusal));
    }

    private void addRefused(Pair pair, Outcome.Missing refusal) {
        if (!selection.wants(pair.names())) {
            return;
        }
        Tensor weight = pair.weight();
        String index = pair.matrix() == null ? "" : "[" + pair.matrix() + "]";
        Path file = weight == null ? weights.file().path() : weight.path();
        String name = weight == null || !weight.isNamed() ? null : weight.name() + index;
        LayerInfo info = new LayerInfo(pair.layer() + index, new Source(file.toString(), name),
                source(pair.activation(), null), null, null, pair.warnings());
        jobs.add(new LayerJob(info, weight, null, pair.activation(), null, refusal));
    }

    /** The name has the index where one of several matrices is meant. */
    private static @Nullable Source source(@Nullable Tensor activation, @Nullable Integer matrix) {
        if (activation == null) {
            return null;
        }
        String index = matrix == null ? "" : "[" + matrix + "]";
        return new Source(activation.path().toString(), activation.isNamed() ? activation.name() + index : null);
    }

    /** The file and the tensor first. */
    private static String described(Pair pair, String reason) {
        Tensor tensor = pair.weight() != null ? pair.weight() : pair.activation();
        return tensor == null || reason.startsWith(Names.printable(tensor.path()))
                ? reason
                : tensor.where() + ": " + reason;
    }
}
