package io.github.logalign.score;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The text {@code [LAYERS=][FILE][:NAME]}. Names of files and of tensors may contain its signs, so the files that there are decide.
 *
 * @param layers which layers it is for, or null
 * @param file a path, relative to a folder; empty for the file of the activations
 * @param name the name of a tensor, or null
 */
public record MaskArgument(@Nullable String layers, String file, @Nullable String name) {

    /**
     * Reads the text.
     *
     * @param text of that form
     * @param folder what a relative path is relative to
     * @return its parts
     * @throws java.nio.file.InvalidPathException if a path is none
     */
    public static MaskArgument parse(String text, Path folder) {
        MaskArgument whole = of(null, text, folder);
        int equals = text.indexOf('=');
        return equals < 0 || Files.exists(folder.resolve(whole.file))
                ? whole
                : of(text.substring(0, equals), text.substring(equals + 1), folder);
    }

    /** Splits at the first colon that follows the name of an existing file. */
    private static MaskArgument of(@Nullable String layers, String text, Path folder) {
        if (text.startsWith(":")) {
            return new MaskArgument(layers, "", text.substring(1));
        }
        if (!text.isEmpty() && Files.exists(folder.resolve(text))) {
            return new MaskArgument(layers, text, null);
        }
        for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
            if (Files.exists(folder.resolve(text.substring(0, colon)))) {
                return new MaskArgument(layers, text.substring(0, colon), text.substring(colon + 1));
            }
        }
        int last = text.lastIndexOf(':');
        return last < 0
                ? new MaskArgument(layers, text, null)
                : new MaskArgument(layers, text.substring(0, last), text.substring(last + 1));
    }
}
