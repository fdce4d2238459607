package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What a file is, told by its first bytes. */
enum Format {
    SAFETENSORS,
    INDEX,
    NPY,
    ZIP;

    static final long MAX_HEADER = 100_000_000;
    static final String CONVERT_PICKLE =
            "load it where it is trusted and save it with safetensors.torch.save_file(tensors, \"model.safetensors\")";

    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Formats that people take for tensor files: first bytes, name, what to do. */
    private static final String[][] FOREIGN = {
        {"version https://git-lfs", "a Git LFS pointer, not the file itself", "run git lfs pull"},
        {"GGUF", "a GGUF file", "score the original safetensors checkpoint, or convert it to one"},
        {"\u0089HDF", "an HDF5 file", "read it with h5py and save the arrays with numpy.save"},
        {"\u001f\u008b", "compressed with gzip", "unpack it with gunzip"},
        {"(\u00b5/\u00fd", "compressed with zstd", "unpack it with unzstd"},
        {"\u00fd7zXZ", "compressed with xz", "unpack it with unxz"},
        {"PAR1", "a Parquet file", "save its columns with numpy.save"},
        {"ARROW1", "an Arrow file", "save its columns with numpy.save"},
        {"<!", "a web page", "the download failed or needs a login; download it again"},
        {"<html", "a web page", "the download failed or needs a login; download it again"},
        {"<HTML", "a web page", "the download failed or needs a login; download it again"},
        {"Entry not found", "an error message of the server", "check the address and download it again"},
    };

    /**
     * Tells a file's format.
     *
     * @throws LogalignException if it is none that can be read, with what it looks like and what to do
     */
    static Format of(MappedFile file) {
        if (file.has(0, "\u0093NUMPY")) {
            return NPY;
        }
        if (file.has(0, "PK\u0003\u0004") || file.has(0, "PK\u0005\u0006")) {
            return ZIP;
        }
        if (file.size() >= 9 && file.at(8) == '{' && file.bytes().get(LENGTH, 0) >>> 32 == 0) {
            return SAFETENSORS;
        }
        if (startsWithBrace(file)) {
            return INDEX;
        }
        for (String[] foreign : FOREIGN) {
            if (file.has(0, foreign[0])) {
                throw file.bad("is " + foreign[1] + "; " + foreign[2]);
            }
        }
        int protocol = file.at(1);
        if (file.at(0) == 0x80 && protocol >= 2 && protocol <= 5) {
            throw file.bad("is a pickle (a .pt, .bin or .pkl of PyTorch); " + CONVERT_PICKLE);
        }
        if (file.at(0) == 0x08 && file.at(1) < 32 && file.at(2) == 0x12) {
            throw file.bad("looks like ONNX; save its initializers as safetensors first");
        }
        if (file.size() < 8) {
            throw file.bad("has " + file.size() + " bytes, too few for any tensor file; copy or download it again");
        }
        throw notSafetensors(file);
    }

    private static LogalignException notSafetensors(MappedFile file) {
        long length = file.bytes().get(LENGTH, 0);
        if (file.at(8) == '{') {
            return file.bad("a safetensors header of " + Long.toUnsignedString(length)
                    + " bytes is announced, at most 100,000,000 are allowed; the file is damaged");
        }
        if (length >>> 32 == 0) {
            return file.bad("is no tensor file: a safetensors header must start with {; give safetensors, its"
                    + " index.json, npy or npz");
        }
        return file.bad("is no tensor file that can be read; give safetensors, its index.json, npy or npz");
    }

    private static boolean startsWithBrace(MappedFile file) {
        for (long at = 0; at < 64; at++) {
            int c = file.at(at);
            if (c == '{') {
                return true;
            }
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return false;
            }
        }
        return false;
    }
}
