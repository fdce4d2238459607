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

/** Whether the files of weights and of activations are what the options say, told by their tensors. */
final class FileRoles {

    private static final String WEIGHT = ".weight";
    private static final String INPUT = ".input";

    private FileRoles() {}

    /**
     * Refuses files that were swapped: none of the weights is named as one, all of the activations are, and the shapes or
     * suffixes say the same. Activations may be called X.weight, and weights X, so names alone prove nothing.
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
            throw new ParameterException(commandLine, files + ": exchange them");
        }
        return Optional.of(files + " by their names; if they are, exchange them");
    }

    /** As activations of the same tokens have. */
    private static boolean haveOneNumberOfRows(List<Tensor> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.shape()[0]).distinct().count() == 1;
    }

    private static List<Tensor> matrices(TensorFile file) {
        return file.tensors().stream().filter(Tensor::holdsMatrices).toList();
    }

    /**
     * Refuses a weight that would be scored with itself: the same file was given twice, or a copy of it. A file that holds
     * both weights and activations is good where names or options tell which is which.
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
            // The layer's own row tells why.
            return false;
        }
    }
}
