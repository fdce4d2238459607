package io.github.logalign.track;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files of torch.save that may be a checkpoint's weights, judged by their names. */
final class TorchWeights {

    private static final Pattern SAVED = Pattern.compile("(?<stem>.+?)(?:\\.weights)?\\.(?:ckpt|pt|pth|bin)");

    /** Files saved beside weights in the same format, and those of trainers that divide the weights. */
    private static final Pattern NOT_WEIGHTS = Pattern.compile(
            "(?:.*[_.-])?(?:optim\\w*|sched\\w*|rng\\w*|scaler|args|training_args|activations?|metrics|logs?|loss|random_states\\w*)"
                    + "(?:[_.-].*)?|(?:zero_pp|mp)_rank_.*|common\\.pt");

    private TorchWeights() {}

    /** Whether a name may be that of such weights. */
    static boolean is(String name) {
        return SAVED.matcher(name).matches() && !NOT_WEIGHTS.matcher(name).matches();
    }

    /** What comes before the endings of the weights' and the activations' names; empty if these are no such weights. */
    static Optional<String> stem(Path file) {
        String name = String.valueOf(file.getFileName());
        Matcher matcher = SAVED.matcher(name);
        return matcher.matches() && is(name) && Files.isRegularFile(file)
                ? Optional.of(matcher.group("stem"))
                : Optional.empty();
    }

    /** Those in a folder. */
    static List<Path> in(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> stem(entry).isPresent()).sorted().toList();
        } catch (IOException | UncheckedIOException unreadable) {
            // What else reads the folder says so.
            return List.of();
        }
    }
}
