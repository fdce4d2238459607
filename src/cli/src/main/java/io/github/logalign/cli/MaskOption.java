package io.github.logalign.cli;

import io.github.logalign.score.MaskArgument;
import io.github.logalign.score.MaskArguments;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which tokens count. */
final class MaskOption {

    @Option(names = "--mask", paramLabel = "[LAYERS=][FILE][:NAME]",
            description = "One value per token: BOOL or numbers that are all 0 or 1, as in an attention_mask, where "
                    + "1 counts; or integer labels, where -100 does not count. Without FILE, NAME is a tensor of the "
                    + "activations file. With wildcards in NAME, each layer has its own mask: *=:*.mask gives the "
                    + "layer X the mask X.mask. Repeatable; for each layer the first match is used.")
    private List<String> masks = new ArrayList<>();

    boolean isGiven() {
        return !masks.isEmpty();
    }

    /** As they were given, and of the right form. */
    List<String> texts(CommandLine commandLine) {
        return checked(commandLine, () -> {
            MaskArguments.checkForm(masks);
            return List.copyOf(masks);
        });
    }

    /** The files that are read besides the activations. */
    List<Path> paths(CommandLine commandLine) {
        return checked(commandLine, () -> masks.stream()
                .map(mask -> MaskArgument.parse(mask, Path.of("")).file())
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .toList());
    }

    /** Opens the masks of some activations. */
    MaskArguments open(CommandLine commandLine, TensorFile activations) {
        return checked(commandLine, () -> new MaskArguments(masks, activations, Path.of("")));
    }

    private static <T> T checked(CommandLine commandLine, Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--mask: " + wrong.getMessage(), wrong);
        }
    }
}
