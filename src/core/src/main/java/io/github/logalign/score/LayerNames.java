package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts names of tensors to names of layers. A tensor has the name of its layer, with or without the suffix
 * {@code .weight} or {@code .input}. Wrappers for training or compiling insert parts of their own, which do not
 * identify the layer.
 */
final class LayerNames {

    static final String WEIGHT = ".weight";
    static final String INPUT = ".input";

    /**
     * The parts that torch.compile, FSDP, activation checkpointing, Lightning, Opacus and PEFT insert anywhere in a
     * name.
     */
    private static final Set<String> WRAPPERS = Set.of("_orig_mod", "_fsdp_wrapped_module", "_fpw_module",
            "_checkpoint_wrapped_module", "_forward_module", "_module", "base_layer", "modules_to_save");

    /** The prefix of DistributedDataParallel and DataParallel; after other parts it is a layer's own name. */
    private static final String PARALLEL = "module";

    /**
     * The pairs of parts that PEFT adds: {@code base_model.model} before a name, and {@code modules_to_save.default}
     * after a layer that was trained in full.
     */
    private static final Map<String, String> PAIRS = Map.of("base_model", "model", "modules_to_save", "default");

    private LayerNames() {}

    /** The layer of a tensor, including wrappers. */
    static String withoutSuffix(String name) {
        String layer = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
        return layer.endsWith(INPUT) ? layer.substring(0, layer.length() - INPUT.length()) : layer;
    }

    /** The layer of a weight, including wrappers. The suffix .input stays, since a weight may be named X.input. */
    static String withoutWeight(String name) {
        return name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
    }

    /** A name without the parts inserted by wrappers, unless it consists of nothing else. */
    static String withoutWrappers(String name) {
        if (!name.contains("mod") && !name.contains("base_layer")) {
            return name;
        }
        String[] parts = name.split("\\.", -1);
        List<String> kept = new ArrayList<>(parts.length);
        for (int i = 0; i < parts.length; i++) {
            boolean more = i + 1 < parts.length;
            boolean paired = more && parts[i + 1].equals(PAIRS.get(parts[i]));
            boolean first = kept.isEmpty() && more && (parts[i].equals(PARALLEL) || paired);
            if (!first && !WRAPPERS.contains(parts[i])) {
                kept.add(parts[i]);
            } else if (paired) {
                i++;
            }
        }
        return kept.isEmpty() ? name : String.join(".", kept);
    }

    static String lastPart(String layer) {
        return layer.substring(layer.lastIndexOf('.') + 1);
    }

    /** The name without its last part but with the dot; empty if there is only one part. */
    static String parent(String layer) {
        return layer.substring(0, layer.lastIndexOf('.') + 1);
    }

    /** The i of name[i], or null. */
    static @Nullable Integer index(String name) {
        int open = name.lastIndexOf('[');
        if (open < 0 || !name.endsWith("]")) {
            return null;
        }
        try {
            int index = Integer.parseInt(name.substring(open + 1, name.length() - 1));
            return index < 0 ? null : (Integer) index;
        } catch (NumberFormatException notAnIndex) {
            return null;
        }
    }

    static String withoutIndex(String name) {
        return index(name) == null ? name : name.substring(0, name.lastIndexOf('['));
    }

    /** Whether the file is an npy file, whose only tensor has no name. */
    static boolean isUnnamed(TensorFile file) {
        return file.tensors().size() == 1 && !file.tensors().getFirst().isNamed();
    }

    /** The name of a file without its extension, used as the layer of an array without a name. */
    static String stem(Path path) {
        String name = String.valueOf(path.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** Whether a pattern matches a name with or without its suffix, and with or without wrappers. */
    static boolean fits(Glob glob, String name) {
        String layer = withoutWeight(name);
        return glob.matches(name)
                || glob.matches(layer)
                || glob.matches(withoutWrappers(name))
                || glob.matches(withoutWrappers(layer));
    }

    static boolean anyFits(List<Glob> globs, List<String> names) {
        return globs.stream().anyMatch(glob -> names.stream().anyMatch(name -> fits(glob, name)));
    }

    static boolean anyFits(List<Glob> globs, String name) {
        return globs.stream().anyMatch(glob -> fits(glob, name));
    }

    /** A name in quotation marks, with control characters escaped. */
    static String quoted(String name) {
        return '"' + Names.printable(name) + '"';
    }

    static String shown(TensorFile file) {
        return Names.printable(file.path());
    }

    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
