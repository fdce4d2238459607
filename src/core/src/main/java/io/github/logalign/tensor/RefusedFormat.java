package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Unsupported formats that users often name: each is refused with its name and a remedy.
 *
 * @param displayName the format's name
 * @param fits whether a file is of this format
 * @param what the file is, in a message
 * @param remedy the advice in the message
 */
record RefusedFormat(
        String displayName, Predicate<FileStart> fits, String what, Function<Origin, String> remedy)
        implements
            TensorFormat {

    /** The first match is used. */
    static final List<RefusedFormat> ALL = List.of(
            new RefusedFormat(
                    "Git LFS pointer",
                    start -> start.startsWith("version https://git-lfs"),
                    "it is a Git LFS pointer, not the file itself",
                    "fetch the file: git lfs pull"),
            new RefusedFormat(
                    "pickle",
                    start -> start.at(0) == 0x80 && start.at(1) >= 2 && start.at(1) <= 5,
                    "it is a Python pickle (an old PyTorch checkpoint?), which could run any code",
                    PyTorch::checkpointRemedy),
            new RefusedFormat(
                    "HDF5",
                    start -> start.startsWith("\u0089HDF\r\n\u001a\n"),
                    "it is an HDF5 file (Keras?)",
                    origin -> "convert it: python -c \"import h5py, numpy as np; d = {}; h5py.File('"
                            + PyTorch.argument(origin.path(), "in.h5")
                            + "').visititems(lambda name, x: d.update({name.replace('/', '.'): x[()]})"
                            + " if isinstance(x, h5py.Dataset) else None); np.savez('out.npz', **d)\"; Keras stores kernels input x output"),
            new RefusedFormat(
                    "gzip",
                    start -> start.at(0) == 0x1F && start.at(1) == 0x8B,
                    "it is compressed with gzip",
                    "unpack it first: gunzip"),
            new RefusedFormat(
                    "zstd",
                    start -> start.startsWith("(\u00b5/\u00fd"),
                    "it is compressed with zstd",
                    "unpack it first: zstd -d"),
            new RefusedFormat(
                    "web page",
                    RefusedFormat::looksLikeMarkup,
                    "it is a web page, so the download failed",
                    "download the file itself; a login or a link to the raw file may be needed"));

    private RefusedFormat(String displayName, Predicate<FileStart> fits, String what, String remedy) {
        this(displayName, fits, what, _ -> remedy);
    }

    @Override
    public Fit fit(FileStart start) {
        return fits.test(start) ? Fit.CERTAIN : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        throw refusal(origin);
    }

    /** The error that names the format and the remedy. */
    LogalignException refusal(Origin origin) {
        return origin.problem(what, remedy.apply(origin));
    }

    private static boolean looksLikeMarkup(FileStart start) {
        String text = start.text().strip().toLowerCase(Locale.ROOT);
        return text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml");
    }
}
