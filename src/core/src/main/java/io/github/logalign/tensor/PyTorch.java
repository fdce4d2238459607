package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** How to convert those of PyTorch's files that are not read here: bare pickles, scripts, and what holds more than tensors. */
public final class PyTorch {

    /** Paths that need no quoting in a command. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./+=,:@-]{1,200}");

    private static final String OUTPUT = "out.safetensors";

    /**
     * Tensors of a plain or nested dictionary. Each is copied, since save_file refuses tensors that share memory, as tied
     * weights do.
     */
    private static final String SAVE = " s.save_file({k: v.detach().clone().contiguous() for k, v in d.items()"
            + " if torch.is_tensor(v)}, '%s')\"";

    private static final String IMPORTS = "convert it: python -c \"import torch, safetensors.torch as s;";

    private PyTorch() {}

    /**
     * The remedy for a bare pickle, as torch.save wrote it before version 1.6. Trainers nest the weights beside the optimiser's
     * state.
     */
    static String checkpointRemedy(Origin origin) {
        return IMPORTS + " d = torch.load('" + argument(origin.path(), "in.bin")
                + "', map_location='cpu', weights_only=True);"
                + " d = d.get('state_dict', d.get('model', d));" + SAVE.formatted(OUTPUT);
    }

    /** The remedy for a file of torch.jit.save. */
    static String scriptRemedy(Origin origin) {
        return IMPORTS + " d = torch.jit.load('" + argument(origin.path(), "in.pt")
                + "', map_location='cpu').state_dict();" + SAVE.formatted(OUTPUT);
    }

    /**
     * A path as an argument of a command that a message shows.
     *
     * @param path any path
     * @param placeholder the replacement for a path that has a special meaning to a shell or to Python
     * @return the path, or the placeholder
     */
    public static String argument(Path path, String placeholder) {
        String text = path.toString();
        return PLAIN.matcher(text).matches() ? text : placeholder;
    }
}
