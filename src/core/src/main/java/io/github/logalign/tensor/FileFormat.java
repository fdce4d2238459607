package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/** The formats that can be read, told by content and never by a file's name. */
enum FileFormat {
    SAFETENSORS, SAFETENSORS_INDEX, NPY, NPZ;

    /** What {@link #of} looks at. */
    private static final int HEAD = 512;

    /** The formats of others, each with what to do; the first that fits counts. */
    private static final List<Foreign> FOREIGN = List.of(
            new Foreign(
                    head -> startsWith(head, "version https://git-lfs"),
                    "it is a Git LFS pointer, not the file itself",
                    "fetch the file: git lfs pull"),
            new Foreign(
                    head -> at(head, 0) == 0x80 && at(head, 1) >= 2 && at(head, 1) <= 5,
                    "it is a Python pickle (an old PyTorch checkpoint?), which could run any code",
                    PyTorch::checkpointRemedy),
            new Foreign(
                    head -> startsWith(head, "GGUF"),
                    "it is a GGUF file",
                    "take the safetensors files of the same model"),
            new Foreign(
                    head -> startsWith(head, "\u0089HDF\r\n\u001a\n"),
                    "it is an HDF5 file (Keras?)",
                    "convert it: python -c \"import h5py, numpy as np;"
                            + " np.save('out.npy', h5py.File('in.h5')['path/of/dataset'][:])\""),
            new Foreign(
                    head -> at(head, 0) == 0x1F && at(head, 1) == 0x8B,
                    "it is compressed with gzip",
                    "unpack it first: gunzip"),
            new Foreign(
                    head -> startsWith(head, "(\u00b5/\u00fd"),
                    "it is compressed with zstd",
                    "unpack it first: zstd -d"),
            new Foreign(
                    FileFormat::looksLikeMarkup,
                    "it is a web page, so the download failed",
                    "download the file itself; a login or a link to the raw file may be needed"),
            new Foreign(
                    head -> at(head, 0) == 0x08 && at(head, 1) >= 1 && at(head, 1) < 0x20 && at(head, 2) == 0x12,
                    "it looks like an ONNX model",
                    "save its initializers: python -c \"import onnx, numpy as np, onnx.numpy_helper as h;"
                            + " np.savez('out.npz', **{i.name: h.to_array(i) for i in"
                            + " onnx.load('in.onnx').graph.initializer})\""));

    private record Foreign(Predicate<byte[]> fits, String what, Function<Origin, String> remedy) {

        Foreign(Predicate<byte[]> fits, String what, String remedy) {
            this(fits, what, _ -> remedy);
        }
    }

    /**
     * Tells the format of a file.
     *
     * @throws LogalignException if it is none of these: says which it is, where that can be told, and what to do
     */
    static FileFormat of(MemorySegment file, Origin origin) {
        byte[] head = Bytes.head(file, HEAD);
        // A header length with a zero upper half and a brace behind it: nothing else starts like that.
        if (hasZeroUpperHalf(head) && at(head, 8) == '{') {
            return SAFETENSORS;
        }
        if (startsWith(head, "\u0093NUMPY")) {
            return NPY;
        }
        if (startsWith(head, "PK\u0003\u0004") || startsWith(head, "PK\u0005\u0006")) {
            return NPZ;
        }
        for (Foreign foreign : FOREIGN) {
            if (foreign.fits.test(head)) {
                throw origin.problem(foreign.what, foreign.remedy.apply(origin));
            }
        }
        if (latin1(head).strip().startsWith("{")) {
            return SAFETENSORS_INDEX;
        }
        if (head.length < SafetensorsReader.LENGTH_BYTES) {
            throw origin.damaged("the file is truncated: " + head.length + " bytes are too few for any format");
        }
        if (ZipEnd.isAtEndOf(file)) {
            return NPZ;
        }
        // Perhaps a lying or overwritten length: its reader says what is wrong with it.
        if (hasZeroUpperHalf(head) || at(head, 8) == '{') {
            return SAFETENSORS;
        }
        throw origin.problem(
                "it is neither a safetensors file or index nor an npy or npz file",
                "check that it is complete, or save the tensors with safetensors or numpy.save");
    }

    private static boolean hasZeroUpperHalf(byte[] head) {
        return head.length >= 8 && head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] == 0;
    }

    private static boolean looksLikeMarkup(byte[] head) {
        String text = latin1(head).strip().toLowerCase(Locale.ROOT);
        return text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml");
    }

    private static boolean startsWith(byte[] head, String magic) {
        return latin1(head).startsWith(magic);
    }

    /** Magic numbers are written as strings, one character a byte. */
    private static String latin1(byte[] head) {
        return new String(head, StandardCharsets.ISO_8859_1);
    }

    private static int at(byte[] head, int index) {
        return index < head.length ? Byte.toUnsignedInt(head[index]) : -1;
    }
}
