package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Zip archives of unsupported formats, recognised by the names of their members, each with a remedy. */
final class RefusedArchive {

    /** The first match is used. */
    private static final List<Kind> KINDS = List.of(
            new Kind(
                    name -> name.endsWith("/constants.pkl") || name.equals("constants.pkl"),
                    "it is a TorchScript model",
                    PyTorch::scriptRemedy),
            new Kind(
                    name -> name.endsWith("/data.pkl") || name.equals("data.pkl"),
                    "it is a PyTorch checkpoint that was packed anew, so that its pickle is not its first member",
                    PyTorch::checkpointRemedy),
            new Kind(
                    name -> name.equals("model.weights.h5"),
                    "it is a Keras model",
                    origin -> "save its weights: python -c \"import keras, numpy as np;"
                            + " m = keras.saving.load_model('" + PyTorch.argument(origin.path(), "in.keras") + "');"
                            + " np.savez('out.npz', **{w.path: w.numpy() for w in m.weights})\""),
            new Kind(
                    name -> name.startsWith("MAR-INF/"),
                    "it is a TorchServe archive",
                    _ -> "unpack it (unzip) and name the model in it"),
            new Kind(
                    name -> name.equals("META-INF/MANIFEST.MF"),
                    "it is a Java archive",
                    _ -> "name a safetensors, npy or npz file"),
            new Kind(
                    name -> name.equals("[Content_Types].xml") || name.equals("META-INF/container.xml"),
                    "it is an office document",
                    _ -> "name a safetensors, npy or npz file"));

    private record Kind(Predicate<String> fits, String what, Function<Origin, String> remedy) {}

    private RefusedArchive() {}

    /** Refuses an archive of one of these formats, and an archive that has members but no array. */
    static void refuse(List<String> names, Origin origin) {
        for (Kind kind : KINDS) {
            if (names.stream().anyMatch(kind.fits)) {
                throw origin.problem(kind.what, kind.remedy.apply(origin));
            }
        }
        if (!names.isEmpty() && names.stream().noneMatch(NpzReader::isArray)) {
            throw origin.problem(
                    "it is a zip archive without an npy array: its first member is '"
                            + Names.printable(names.getFirst()) + "'",
                    "name an npz file, or unpack it and name a file in it");
        }
    }
}
