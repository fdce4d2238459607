package io.github.logalign.cli;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Grouping;
import io.github.logalign.score.MaskArgument;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tokens belong together, for error bars. */
final class GroupsOption {

    @Option(names = "--groups", paramLabel = "[FILE][:NAME]",
            description = "An integer for each token: tokens with the same one, such as those of a document, belong together. "
                    + "Error bars treat groups as independent. Without FILE, NAME is a tensor of the activations file "
                    + "(default: the sequences of activations [sequences, length, n], else blocks of consecutive "
                    + "tokens).")
    private @Nullable String groups;

    boolean isGiven() {
        return groups != null;
    }

    private MaskArgument argument(String text) {
        return MaskArgument.parse(text, Path.of(""));
    }

    /** The file that is read besides the activations. */
    List<Path> paths() {
        String text = groups;
        return text == null || argument(text).file().isEmpty() ? List.of() : List.of(Path.of(argument(text).file()));
    }

    /** Reads the tensor. */
    Grouping read(TensorFile activations) {
        String text = groups;
        if (text == null) {
            return Grouping.AUTO;
        }
        String name = argument(text).name();
        if (paths().isEmpty()) {
            return Grouping.of(tensor(activations, name));
        }
        try (TensorFile file = TensorFile.open(paths().getFirst())) {
            return Grouping.of(tensor(file, name));
        }
    }

    private static Tensor tensor(TensorFile file, @Nullable String name) {
        if (name != null) {
            return file.tensor(name);
        }
        List<Tensor> integers = file.tensors().stream().filter(tensor -> !tensor.isFloating()).toList();
        if (integers.size() != 1) {
            throw new LogalignException(file.path() + ": it holds " + integers.size()
                    + " tensors that are not floating-point; name that of the groups with --groups FILE:NAME");
        }
        return integers.getFirst();
    }
}
