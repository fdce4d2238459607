package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.LayerJob;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Checks from the tensors whether the files of weights and activations were given in the right order. */
final class FileRoles {

    private static final String WEIGHT = ".weight";
    private static final String INPUT = ".input";

    private FileRoles() {}

    /**
     * Refuses swapped files: no tensor of the weights file has the name of a weight, all tensors of the activations
     * file have, and the shapes or suffixes agree. Names alone prove nothing, since activations may be named X.weight
     * and weights X.
     *
     * @return a note if the names alone look swapped
     */
    static Optional<String> checkNotSwapped(CommandLine commandLine, TensorFile weights, TensorFile activations) {
        List<Tensor> w = matrices(weights);
        List<Tensor> x = matrices(activations);
        boolean names = !w.isEmpty() && !x.isEmpty()
                && w.stream().noneMatch(tensor -> tensor.name().endsWith(WEIGHT))
                && x.stream().allMatch(tensor -> tensor.name().endsWith(WEIGHT));
        if (!names) {
            return Optional.empty();
        }
        String files = Names.printable(weights.path()) + " looks like activations and "
                + Names.printable(activations.path()) + " like weights";
        boolean suffixes = w.stream().anyMatch(tensor -> tensor.name().endsWith(INPUT));
        if (suffixes || (haveOneNumberOfRows(w) && !haveOneNumberOfRows(x))) {
            throw new ParameterException(commandLine, files + ": swap the two files");
        }
        return Optional.of(files + ", judging by names; if so, swap the two files");
    }

    /** Whether all tensors have the same number of rows, as activations of the same tokens have. */
    private static boolean haveOneNumberOfRows(List<Tensor> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.shape()[0]).distinct().count() == 1;
    }

    private static List<Tensor> matrices(TensorFile file) {
        return file.tensors().stream().filter(Tensor::holdsMatrices).toList();
    }

    /**
     * Refuses to score a weight with itself, because the same file, or a copy of it, was given twice. A single file
     * with both weights and activations is accepted if names or options distinguish them.
     */
    static void checkDifferent(CommandLine commandLine, List<LayerJob> jobs) {
        for (LayerJob job : jobs) {
            Tensor weight = job.weight();
            Tensor activation = job.activation();
            if (job.refusal() == null && weight != null && activation != null && areTheSame(weight, activation)) {
                throw new ParameterException(commandLine, weight.where() + " would be scored with itself, since "
                        + Names.printable(activation.path()) + " holds it too; give a file of recorded inputs as"
                        + " activations");
            }
        }
    }

    private static boolean areTheSame(Tensor weight, Tensor activation) {
        if (weight.dataType() != activation.dataType()
                || weight.elements() == 0
                || !Arrays.equals(weight.shape(), activation.shape())) {
            return false;
        }
        try {
            return weight.read(w -> activation.read(x -> w.mismatch(x) == -1));
        } catch (LogalignException unreadable) {
            // The row of the layer reports the reason.
            return false;
        }
    }
}
