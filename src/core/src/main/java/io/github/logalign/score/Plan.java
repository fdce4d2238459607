package io.github.logalign.score;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which rows there will be: every requested layer has one, whether it can be scored or not.
 *
 * @param jobs the rows, in the order of the activations, then of the weights asked for
 * @param notes what was skipped, one line each
 */
public record Plan(List<LayerJob> jobs, List<String> notes) {

    /** Copies the lists. */
    public Plan {
        jobs = List.copyOf(jobs);
        notes = List.copyOf(notes);
    }

    /**
     * Pairs weights and activations. The config.json beside the weights is read, if there is one.
     *
     * @param weights the open weights
     * @param activations the open activations
     * @param selection what is wanted
     * @return the plan
     * @throws LogalignException if a name or pattern matches nothing
     */
    public static Plan of(TensorFile weights, TensorFile activations, Selection selection) {
        return of(weights, activations, selection, Masks.NONE);
    }

    /**
     * Pairs weights and activations, beside which there may be masks.
     *
     * @param weights the open weights
     * @param activations the open activations
     * @param selection what is wanted
     * @param masks tensors that are no activations
     * @return the plan
     * @throws LogalignException if a name or pattern matches nothing
     */
    public static Plan of(TensorFile weights, TensorFile activations, Selection selection, Masks masks) {
        ModelConfig config = config(weights);
        WeightFile weightFile = new WeightFile(weights, config);
        ActivationFile dump = new ActivationFile(activations, masks);
        Pairing pairing = new Pairing(weightFile, dump, selection, config);
        List<Pair> pairs = pairing.pairs();
        new PatternCheck(weightFile, dump.all()).check(selection);
        Rows rows = new Rows(weightFile, selection, config);
        List<LayerJob> jobs = rows.of(pairs);
        if (jobs.isEmpty()) {
            throw new LogalignException(
                    weightFile.shown() + ": nothing that is wanted has activations in " + dump.shown()
                            + "; inspect shows the names");
        }
        List<String> notes = configNotes(config);
        notes.addAll(pairing.notes());
        noteOtherWeights(weightFile, pairs, notes);
        noteOtherTensors(dump, notes);
        return new Plan(jobs, notes);
    }

    /**
     * Checks that each pattern of a selection matches something, without pairing anything.
     *
     * @param weights the open weights
     * @param activations the open activations
     * @param selection what is wanted
     * @throws LogalignException if a pattern matches nothing
     */
    public static void checkPatterns(TensorFile weights, TensorFile activations, Selection selection) {
        WeightFile weightFile = new WeightFile(weights, config(weights));
        new PatternCheck(weightFile, new ActivationFile(activations, Masks.NONE).all()).check(selection);
    }

    /**
     * One row for every matrix of a file, without activations.
     *
     * @param weights the open weights
     * @param selection what is wanted; names of activations are ignored
     * @return the plan
     * @throws LogalignException if a pattern matches nothing, or there is nothing to score
     */
    public static Plan of(TensorFile weights, Selection selection) {
        ModelConfig config = config(weights);
        WeightFile weightFile = new WeightFile(weights, config);
        List<Pair> pairs = weights.tensors().stream()
                .filter(tensor -> weightFile.holdsMatrices(tensor) || isNamed(tensor, weightFile, selection))
                .map(tensor -> Pair.of(weightFile.index().layerName(tensor), tensor, null, null))
                .toList();
        new PatternCheck(weightFile, List.of()).check(selection);
        List<LayerJob> jobs = new Rows(weightFile, selection, config).of(pairs);
        List<String> notes = configNotes(config);
        List<String> reasons = weightFile.whyOthersAreSkipped();
        if (jobs.isEmpty()) {
            throw new LogalignException(weightFile.shown() + ": "
                    + (reasons.isEmpty() ? "holds no matrix that is wanted" : String.join("; ", reasons)));
        }
        notes.addAll(reasons);
        long others = weights.tensors().stream()
                .filter(tensor -> !tensor.holdsMatrices() && !weightFile.isQuantised(tensor))
                .count();
        if (others > 0) {
            notes.add(LayerNames.count(others, "tensor") + " of " + weightFile.shown() + (others == 1
                    ? " holds no matrices and was skipped"
                    : " hold no matrices and were skipped"));
        }
        return new Plan(jobs, notes);
    }

    /** Weights that cannot be scored are rows only where patterns ask for them. */
    private static boolean isNamed(Tensor tensor, WeightFile weights, Selection selection) {
        if (isConvolution(tensor) && LayerNames.anyFits(selection.convolutions(), tensor.name())) {
            return true;
        }
        boolean weight = weights.isQuantised(tensor) ? !weights.quantised().isPart(tensor) : isConvolution(tensor);
        return weight && LayerNames.anyFits(selection.include(), tensor.name());
    }

    private static boolean isConvolution(Tensor tensor) {
        return tensor.isFloating() && tensor.shape().length > 3;
    }

    /** The config.json beside an npy file is another's. */
    private static ModelConfig config(TensorFile weights) {
        return LayerNames.isUnnamed(weights) ? ModelConfig.NONE : ModelConfig.beside(weights.path());
    }

    private static List<String> configNotes(ModelConfig config) {
        List<String> notes = new ArrayList<>();
        if (config.problem() != null) {
            notes.add(config.problem() + "; nothing was taken from it");
        }
        return notes;
    }

    private static void noteOtherWeights(WeightFile weights, List<Pair> pairs, List<String> notes) {
        Set<Tensor> used = new HashSet<>();
        for (Pair pair : pairs) {
            if (pair.weight() != null) {
                used.add(pair.weight());
            }
        }
        long others = weights.all().stream()
                .filter(tensor -> weights.holdsMatrices(tensor) && !used.contains(tensor))
                .count();
        if (others > 0) {
            notes.add(LayerNames.count(others, "other weight") + " of " + weights.shown()
                    + (others == 1 ? " was" : " were") + " skipped");
        }
    }

    private static void noteOtherTensors(ActivationFile dump, List<String> notes) {
        long around = dump.aroundOthers();
        if (around > 0) {
            notes.add("the activations of " + LayerNames.count(around, "adapted layer") + " of " + dump.shown()
                    + " were skipped: those of the layers inside are the inputs");
        }
        long others = dump.file().tensors().size() - dump.all().size() - around;
        if (others > 0) {
            notes.add(LayerNames.count(others, "tensor") + " of " + dump.shown()
                    + (others == 1 ? " is" : " are") + " not activations and " + (others == 1 ? "was" : "were")
                    + " skipped");
        }
    }
}
