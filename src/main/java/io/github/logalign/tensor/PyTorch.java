package io.github.logalign.tensor;

import java.util.regex.Pattern;

/** How to convert what PyTorch writes, which is not read here since pickles can run any code. */
final class PyTorch {

    /** Paths that stand in a command as they are. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./+-]{1,200}");

    /**
     * Tensors of a plain or nested dictionary. Each is copied, since save_file refuses tensors that share memory, as tied
     * weights do.
     */
    private static final String SAVE = " s.save_file({k: v.detach().clone().contiguous() for k, v in d.items()"
            + " if torch.is_tensor(v)}, 'out.safetensors')\"";

    private static final String IMPORTS = "convert it: python -c \"import torch, safetensors.torch as s;";

    private PyTorch() {}

    /** For a file of torch.save, in a zip archive or as a bare pickle. */
    static String checkpointRemedy(Origin origin) {
        return IMPORTS + " d = torch.load('" + input(origin, "in.bin") + "', map_location='cpu', weights_only=True);"
                + " d = d.get('state_dict', d.get('model', d));" + SAVE;
    }

    /** For a file of torch.jit.save. */
    static String scriptRemedy(Origin origin) {
        return IMPORTS + " d = torch.jit.load('" + input(origin, "in.pt") + "', map_location='cpu').state_dict();"
                + SAVE;
    }

    /** For an index whose shards are files of torch.save; run in the folder of the index. */
    static String indexRemedy(Origin origin) {
        String index = String.valueOf(origin.path().getFileName());
        return "convert it in its folder: python -c \"import json, torch, safetensors.torch as s;"
                + " f = set(json.load(open('" + (PLAIN.matcher(index).matches() ? index : "in.index.json")
                + "'))['weight_map'].values());"
                + " d = {k: v for n in f for k, v in torch.load(n, map_location='cpu', weights_only=True).items()};"
                + SAVE;
    }

    /** The path where it can stand in a command, or a placeholder. */
    static String input(Origin origin, String placeholder) {
        String path = origin.path().toString();
        return PLAIN.matcher(path).matches() ? path : placeholder;
    }
}
