package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the masks given by {@code [LAYERS=][FILE][:NAME]}, and keeps their files open. Without FILE, the name is looked
 * up in the activations file. With LAYERS, or with wildcards in NAME, each layer has its own mask: the text matched by
 * the wildcards of LAYERS ({@code *} by default) replaces those of NAME.
 */
public final class MaskArguments implements AutoCloseable {

    private static final int NAMES_IN_MESSAGES = 5;

    private final TensorFile activations;
    private final Path folder;
    private final Map<Path, TensorFile> files = new LinkedHashMap<>();
    private Masks masks = Masks.NONE;

    /**
     * Opens the files.
     *
     * @param arguments the arguments in order; for each layer the first match is used
     * @param activations the file in which names without a file are looked up; it stays the caller's
     * @param folder what relative paths are relative to
     * @throws IllegalArgumentException if an argument does not have that form
     * @throws LogalignException if a file or a name does not exist
     */
    public MaskArguments(List<String> arguments, TensorFile activations, Path folder) {
        this.activations = activations;
        this.folder = folder;
        try {
            arguments.forEach(this::add);
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    /**
     * The masks.
     *
     * @return usable while this is open, as are the activations
     */
    public Masks masks() {
        return masks;
    }

    /**
     * The files that were opened in addition to the activations.
     *
     * @return each once
     */
    public List<Path> paths() {
        return files.values().stream()
                .flatMap(file -> Stream.concat(Stream.of(file.path()), file.tensors().stream().map(Tensor::path)))
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        files.values().forEach(TensorFile::close);
    }

    /**
     * Checks the form of arguments before there are activations.
     *
     * @param arguments the arguments
     * @throws IllegalArgumentException if one does not have the form
     */
    public static void checkForm(List<String> arguments) {
        for (String text : arguments) {
            MaskArgument argument = MaskArgument.parse(text, Path.of(""));
            if (argument.name() != null && (argument.layers() != null || Glob.hasWildcards(argument.name()))) {
                map(argument.layers(), argument.name());
            }
        }
    }

    /** Which mask each layer has. */
    private static NameMap map(@Nullable String layers, String name) {
        return NameMap.parse((layers == null ? "*" : layers) + "=" + name);
    }

    private void add(String text) {
        MaskArgument argument = MaskArgument.parse(text, folder);
        String layers = argument.layers();
        TensorFile file = open(argument.file());
        String name = argument.name();
        if (name == null && layers == null) {
            masks = masks.withAll(only(file));
            return;
        }
        if (name == null) {
            masks = masks.withNamed(NameMap.parse(layers + "=" + only(file).name()), file);
            return;
        }
        boolean pattern = Glob.hasWildcards(name);
        if (layers == null && (!pattern || file.find(name).isPresent())) {
            masks = masks.withAll(file.tensor(name));
            return;
        }
        if (!pattern) {
            // Checked here, since otherwise every layer would have a failed row.
            file.tensor(name);
        }
        masks = masks.withNamed(map(layers, name), file);
    }

    private TensorFile open(String text) {
        if (text.isEmpty()) {
            return activations;
        }
        Path path = folder.resolve(text);
        try {
            // Uses the open activations file, so that its masks are not taken for activations.
            if (Files.exists(path) && Files.isSameFile(path, activations.path())) {
                return activations;
            }
        } catch (IOException unknown) {
            // Opening the file gives the better message.
        }
        return files.computeIfAbsent(path, TensorFile::open);
    }

    private static Tensor only(TensorFile file) {
        if (file.tensors().size() == 1) {
            return file.tensors().getFirst();
        }
        List<Tensor> candidates = file.tensors().stream().filter(tensor -> !tensor.isFloating()).toList();
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        String names = candidates.stream()
                .limit(NAMES_IN_MESSAGES)
                .map(tensor -> "\"" + Names.printable(tensor.name()) + "\"")
                .collect(Collectors.joining(", "));
        int others = candidates.size() - NAMES_IN_MESSAGES;
        throw new LogalignException(Names.printable(file.path()) + ": it holds " + candidates.size()
                + " tensors that could be a mask; name one with FILE:NAME"
                + (candidates.isEmpty() ? "" : ": " + names + (others > 0 ? " and " + others + " more" : "")));
    }
}
