package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.head;
import static io.github.logalign.tensor.TestBytes.join;
import static io.github.logalign.tensor.TestBytes.latin1;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.safetensors;
import static io.github.logalign.tensor.TestBytes.u64;
import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.archive;
import static io.github.logalign.tensor.ZipBytes.changed;
import static io.github.logalign.tensor.ZipBytes.member;

import java.io.ByteArrayOutputStream;
import io.github.logalign.tensor.OnnxBytes.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Damaged and hostile files, each with a part of the message it must give. Opening one of them, or touching its first
 * tensor's matrix, must fail with one line and in little memory.
 */
public final class HostileFiles {

    /**
     * One such file.
     *
     * @param name the defect; unique, and usable as a folder's name
     * @param setup writes it
     * @param expected a part of the message
     */
    public record Case(String name, Setup setup, String expected) {

        /**
         * Writes the case into a folder of its own.
         *
         * @param folder where that folder is made
         * @return the path to open
         * @throws IOException if it cannot be written
         */
        public Path write(Path folder) throws IOException {
            return setup.write(Files.createDirectories(folder.resolve(name)));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Writes files into an empty folder and gives the path to open. */
    @FunctionalInterface
    public interface Setup {
        /**
         * Writes the files.
         *
         * @param folder an empty folder
         * @return the path to open
         * @throws IOException if they cannot be written
         */
        Path write(Path folder) throws IOException;
    }

    private static final byte[] SIX_FLOATS = f32(1, 2, 3, 4, 5, 6);
    private static final String GOOD_ENTRY = entry("w", "F32", "[2,3]", 0, 24);
    private static final byte[] GOOD_NPY = npy(dictionary("<f4", false, "(2, 3)"), SIX_FLOATS);

    private final List<Case> cases = new ArrayList<>();

    private HostileFiles() {}

    /**
     * All cases.
     *
     * @return the same list every time
     */
    public static List<Case> all() {
        HostileFiles files = new HostileFiles();
        files.addForeignFormats();
        files.addTruncations();
        files.addSafetensorsLengths();
        files.addSafetensorsRanges();
        files.addSafetensorsShapes();
        files.addSafetensorsEntries();
        files.addJson();
        files.addNames();
        files.addIndexes();
        files.addShards();
        files.addNpy();
        files.addZipStructure();
        files.addZipMembers();
        files.addOnnx();
        files.cases.addAll(HostilePickles.all());
        return List.copyOf(files.cases);
    }

    private void add(String name, byte[] content, String expected) {
        cases.add(new Case(name, folder -> Files.write(folder.resolve("file"), content), expected));
    }

    private void addForeignFormats() {
        add("empty", new byte[0], "empty");
        add("git-lfs-pointer", utf8("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "git lfs pull");
        for (int protocol = 2; protocol <= 5; protocol++) {
            add("pickle-protocol-" + protocol, join(new byte[]{(byte) 0x80, (byte) protocol}, utf8("}q\0.")),
                    "pickle");
        }
        add("gguf", utf8("GGUF\3\0\0\0aaaaaaaaaaaaaaaa"), "do not fit into it");
        add("gguf-old", utf8("GGUF\1\0\0\0aaaaaaaaaaaaaaaa"), "GGUF file of version 1");
        add("hdf5", latin1("\u0089HDF\r\n\u001a\n\0\0\0\0\0\0\0\0"), "HDF5");
        add("gzip", new byte[]{0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, 3}, "gzip");
        add("zstd", new byte[]{0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 4, 0, 1, 0, 0}, "zstd");
        add("html-doctype", utf8("<!DOCTYPE html><html><body>404</body></html>"), "web page");
        add("html-after-white-space", utf8("\n\n  <HTML><body>Sign in</body></html>"), "web page");
        add("onnx", join(new byte[]{8, 7, 0x12, 7}, utf8("pytorch")), "ONNX");
        add("text", utf8("these are not the tensors you are looking for"), "neither");
        add("random-bytes", new byte[]{99, 12, -4, 7, 55, -100, 3, 9, 100, 4, 17}, "neither");
        add("torch-zip", archive(member("archive/data.pkl", utf8("x"), false)), "its pickle is truncated");
        add("torch-zip-flat", archive(member("data.pkl", utf8("x"), true)), "its pickle is truncated");
        add("other-zip", archive(member("word/document.xml", utf8("<x/>"), true)), "without an npy array");
        cases.add(new Case("folder", folder -> folder, "folder"));
        cases.add(new Case("missing-file", folder -> folder.resolve("absent"), "no such file"));
        cases.add(new Case("dangling-link", HostileFiles::danglingLink, "a link to absent, which is not there"));
        cases.add(new Case("device", folder -> Path.of("/dev/zero"), "pipe, device or socket"));
        cases.add(new Case("pipe", HostileFiles::pipe, "pipe, device or socket"));
    }

    private void addOnnx() {
        Message weight = OnnxBytes.tensor("w", OnnxBytes.FLOAT, SIX_FLOATS, 2, 3);
        addOnnx("graph-too-long", new Message().number(1, 8).raw(0x3A, 0xFF, 0x7F, 1),
                "16383 bytes, but only 1 follow");
        addOnnx("length-of-2-to-the-63", new Message().number(1, 8)
                .raw(0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1), "18446744073709551615 bytes");
        addOnnx("endless-number", new Message().number(1, 8)
                .raw(0x28, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1), "more than 10 bytes");
        addOnnx("number-cut-off", new Message().number(1, 8).raw(0x28, 0xFF), "cut off");
        addOnnx("field-0", new Message().number(1, 8).text(2, "").raw(0, 0), "a field has the number 0");
        addOnnx("group", new Message().number(1, 8).text(2, "").raw(0x0B), "the wire type 3");
        addOnnx("graph-as-number", new Message().number(1, 8).text(2, "").number(7, 1), "instead of 2");
        addOnnx("no-graph", new Message().number(1, 8).text(2, "a tool"), "has no graph");
        addGraph("twice", new Message().message(5, weight).message(5, weight), "'w' occurs twice");
        addGraph("nameless", new Message().message(5, OnnxBytes.tensor("", OnnxBytes.FLOAT, SIX_FLOATS, 6)), "no name");
        addGraph("name-not-utf8", new Message().message(5, new Message().bytes(8, new byte[]{(byte) 0xFF})), "UTF-8");
        addGraph("long-name", new Message().message(5, OnnxBytes.tensor("x".repeat(1 << 21), 1)), "more than 1048576");
        addGraph("dimensions", new Message().message(5, OnnxBytes.tensor("w", 1, new long[65])), "64 dimensions");
        addGraph("negative", new Message().message(5, OnnxBytes.tensor("w", 1, -1)), "a dimension of -1");
        addGraph("overflow", new Message().message(5, OnnxBytes.tensor("w", 1, SIX_FLOATS, 1L << 62, 1L << 62)),
                "overflows");
        addGraph("too-little", new Message().message(5, OnnxBytes.tensor("w", 1, SIX_FLOATS, 2, 4)), "needs 32 bytes");
        addGraph("too-much", new Message().message(5, OnnxBytes.tensor("w", 1, SIX_FLOATS, 2, 2)), "needs 16 bytes");
        addGraph("no-data", new Message().message(5, OnnxBytes.tensor("w", 1, 2, 3)), "it has no data");
        addGraph("type", new Message().message(5, OnnxBytes.tensor("w", 77, SIX_FLOATS, 2, 3)), "not supported");
        addGraph("claims", new Message().message(5, OnnxBytes.tensor("w", 10, 1 << 15, 1 << 14).bytes(5, SIX_FLOATS)),
                "24 bytes");
        for (String location : List.of("../file", "/etc/passwd", "a/../../b", "C:\\x", "", "a//b", "\u0000")) {
            addGraph("location-" + location.length() + location.replaceAll("[^a-z]", "-"), new Message()
                    .message(5, OnnxBytes.external("w", 1, location, 0, 24, 2, 3)), "model's folder");
        }
        addGraph("location-none", new Message().message(5, OnnxBytes.tensor("w", 1, 2, 3).number(14, 1)), "incomplete");
        addGraph("location-absent", new Message().message(5, OnnxBytes.external("w", 1, "absent", 0, 24, 2, 3)),
                "cannot be read");
        addGraph("location-itself", new Message().message(5, OnnxBytes.external("w", 1, "file", 1 << 20, 24, 2, 3)),
                "has only");
        addGraph("offset-overflow", new Message()
                .message(5, OnnxBytes.external("w", 1, "file", Long.MAX_VALUE, 24, 2, 3)), "has only");
        addGraph("offset-no-number", new Message().message(5, OnnxBytes.tensor("w", 1, 2, 3)
                .message(13, OnnxBytes.entry("location", "file")).message(13, OnnxBytes.entry("offset", "1e3"))
                .number(14, 1)), "incomplete or wrong");
    }

    private void addOnnx(String name, Message model, String expected) {
        add("onnx-" + name, model.toBytes(), expected);
    }

    private void addGraph(String name, Message graph, String expected) {
        add("onnx-" + name, OnnxBytes.model(graph), expected);
    }

    private static Path danglingLink(Path folder) throws IOException {
        return Files.createSymbolicLink(folder.resolve("file"), Path.of("absent"));
    }

    private static Path pipe(Path folder) throws IOException {
        Path pipe = folder.resolve("file");
        try {
            int status = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
            if (status != 0) {
                throw new IOException("mkfifo failed with " + status);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
        return pipe;
    }

    private void addTruncations() {
        byte[] tensors = safetensors("{" + GOOD_ENTRY + "}", SIX_FLOATS);
        for (int length : new int[]{1, 4, 7, 8, 9, 40, tensors.length - 25, tensors.length - 24, tensors.length - 1}) {
            add("safetensors-cut-after-" + length, head(tensors, length), "truncated");
        }
        for (int length : new int[]{1, 5, 6, 8, 9, 10, 11, 60, 127, 128, GOOD_NPY.length - 1}) {
            add("npy-cut-after-" + length, head(GOOD_NPY, length), "truncated");
        }
        byte[] npz = archive(member("a.npy", GOOD_NPY, false), member("b.npy", GOOD_NPY, true));
        int[] lengths = {2, 4, 29, 30, 35, 100, npz.length - 100, npz.length - 22, npz.length - 21, npz.length - 1};
        for (int length : lengths) {
            add("npz-cut-after-" + length, head(npz, length), "truncated");
        }
    }

    private void addSafetensorsLengths() {
        byte[] body = utf8("{" + GOOD_ENTRY + "}");
        add("header-length-0", join(u64(0), body), "'{'");
        add("header-length-1", join(u64(1), body, SIX_FLOATS), "refused");
        add("header-length-one-too-long", join(u64(body.length + 1L), body, SIX_FLOATS), "truncated");
        add("header-length-one-too-short", join(u64(body.length - 1L), body, SIX_FLOATS), "refused");
        add("header-length-beyond-file", join(u64(1000), body, SIX_FLOATS), "truncated");
        add("header-length-over-limit", join(u64(100_000_001), body), "limit");
        add("header-length-2-to-the-62", join(u64(1L << 62), body), "limit");
        add("header-length-2-to-the-63", join(u64(Long.MIN_VALUE), body), "limit");
        add("header-length-minus-1", join(u64(-1), body), "18446744073709551615");
        add("header-length-minus-8", join(u64(-8), body), "limit");
        add("header-not-an-object", safetensors("[" + "]", new byte[0]), "'{'");
        add("header-after-a-space", safetensors(" {}", new byte[0]), "'{'");
        add("header-after-a-byte-order-mark", safetensors("\uFEFF{}", new byte[0]), "'{'");
        cases.add(new Case(
                "a-million-names-of-one-hash-code", folder -> Files.write(folder.resolve("file"), manyTensors()),
                "end at byte 0"));
        cases.add(new Case(
                "metadata-of-90-MB", folder -> Files.write(folder.resolve("file"), longMetadata()), "padding"));
        cases.add(new Case("header-of-100-MB-brackets", folder -> large(folder, "{\"a\":", '['), "'{' is expected"));
        cases.add(new Case("metadata-of-100-MB-brackets", folder -> large(folder, "{\"__metadata__\":{\"a\":", '['),
                "nested deeper"));
        cases.add(new Case("name-of-100-MB", folder -> large(folder, "{\"", 'a'), "string"));
        cases.add(new Case("shape-of-100-MB", folder -> large(folder, "{\"a\":{\"shape\":[", '1'), "2^63"));
        cases.add(new Case("padding-of-100-MB", folder -> large(folder, "{", ' '), "ends where"));
    }

    /** As many tensors as may be, with long names that share a hash code; only the last byte of data is not theirs. */
    private static byte[] manyTensors() {
        ByteArrayOutputStream content = new ByteArrayOutputStream(100_000_000);
        content.writeBytes(u64(0));
        for (int index = 0; index < 1 << 20; index++) {
            StringBuilder name = new StringBuilder(40);
            for (int bit = 0; bit < 20; bit++) {
                name.append((index >> bit & 1) == 0 ? "Aa" : "BB");
            }
            content.writeBytes(utf8((index == 0 ? "{" : ",") + entry(name.toString(), "U8", "[0]", 0, 0)));
        }
        content.write('}');
        byte[] bytes = content.toByteArray();
        System.arraycopy(u64(bytes.length - 8L), 0, bytes, 0, 8);
        return join(bytes, new byte[1]);
    }

    /** Metadata that fills the header with text of which each character takes more memory than in the file. */
    private static byte[] longMetadata() {
        byte[] value = utf8("x".repeat(15_000_000) + "\u6a21");
        byte[][] parts = new byte[13][];
        Arrays.setAll(parts, index -> index % 2 == 1
                ? value
                : utf8((index == 0 ? "{\"__metadata__\":{\"" : "\",\"")
                        + index + "\":\""));
        parts[12] = utf8("\"}}x");
        byte[] header = join(parts);
        return safetensors(header, new byte[0]);
    }

    private static Path large(Path folder, String start, char repeated) throws IOException {
        byte[] content = new byte[100_000_008];
        Arrays.fill(content, (byte) repeated);
        byte[] begin = join(u64(100_000_000), utf8(start));
        System.arraycopy(begin, 0, content, 0, begin.length);
        return Files.write(folder.resolve("file"), content);
    }

    private void addSafetensorsRanges() {
        byte[] data = new byte[24];
        addHeader("hole-before-first", entry("w", "U8", "[20]", 4, 24), data, "hole");
        addHeader(
                "hole-between", entry("a", "U8", "[8]", 0, 8) + "," + entry("b", "U8", "[8]", 16, 24), data, "hole");
        addHeader("data-left-over", entry("a", "U8", "[8]", 0, 8), data, "end at byte 8");
        addHeader("data-without-tensors", "", data, "end at byte 0");
        addHeader(
                "overlap", entry("a", "U8", "[16]", 0, 16) + "," + entry("b", "U8", "[16]", 8, 24), data, "overlaps");
        addHeader(
                "same-range-twice", entry("a", "U8", "[24]", 0, 24) + "," + entry("b", "U8", "[24]", 0, 24), data,
                "overlaps");
        addHeader(
                "empty-tensor-inside-another", entry("a", "U8", "[24]", 0, 24) + "," + entry("b", "U8", "[0]", 8, 8),
                data, "overlaps");
        addHeader("end-before-begin", entry("a", "U8", "[8]", 16, 8), data, "before it begins");
        addHeader("end-beyond-file", entry("a", "U8", "[25]", 0, 25), data, "truncated");
        addHeader("end-2-to-the-63-minus-1", entry("a", "U8", "[8]", 0, Long.MAX_VALUE), data, "truncated");
        addHeader("begin-and-end-far-away", entry("a", "U8", "[0]", 1L << 62, 1L << 62), data, "truncated");
        addHeader("offset-negative", entry("a", "U8", "[8]", -8, 0), data, "whole number");
        addHeader("offset-fraction", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,24.0]}", data,
                "whole");
        addHeader("offset-exponent", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,2e1]}", data, "whole");
        addHeader(
                "offset-over-64-bits",
                "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,18446744073709551640]}", data, "2^63");
        addHeader("offset-leading-zero", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,024]}", data,
                "whole");
        addHeader("offset-a-string", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,\"24\"]}", data,
                "whole");
        addHeader("one-offset", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[24]}", data, "instead of 2");
        addHeader("three-offsets", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,24,24]}", data, "of 2");
        addHeader("no-offsets-in-list", "\"a\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[]}", data, "of 2");
    }

    private void addHeader(String name, String members, byte[] data, String expected) {
        add(name, safetensors("{" + members + "}", data), expected);
    }

    private void addSafetensorsShapes() {
        byte[] none = new byte[0];
        addHeader("shape-2-to-the-32-squared", entry("a", "F32", "[4294967296,4294967296]", 0, 0), none, "overflows");
        addHeader("shape-2-to-the-63", entry("a", "U8", "[9223372036854775808]", 0, 0), none, "2^63");
        addHeader("shape-2-to-the-63-minus-1", entry("a", "F64", "[9223372036854775807]", 0, 0), none, "overflows");
        addHeader("shape-2-to-the-61-doubles", entry("a", "F64", "[2305843009213693952]", 0, 0), none, "overflows");
        addHeader(
                "shape-zero-hides-overflow", entry("a", "F32", "[0,4294967296,4294967296]", 0, 0), none, "overflows");
        addHeader(
                "shape-zero-at-end-hides-overflow", entry("a", "F32", "[4294967296,4294967296,0]", 0, 0), none,
                "overflows");
        addHeader("shape-negative", entry("a", "U8", "[-1]", 0, 0), none, "whole number");
        addHeader("shape-minus-zero", entry("a", "U8", "[-0]", 0, 0), none, "whole number");
        addHeader("shape-fraction", entry("a", "U8", "[1.5]", 0, 1), new byte[1], "whole number");
        addHeader("shape-null", entry("a", "U8", "[null]", 0, 1), new byte[1], "whole number");
        addHeader("shape-nested", entry("a", "U8", "[[1]]", 0, 1), new byte[1], "whole number");
        addHeader("shape-no-list", entry("a", "U8", "1", 0, 1), new byte[1], "'[' is expected");
        addHeader("shape-too-small", entry("a", "F32", "[2,2]", 0, 24), SIX_FLOATS, "needs 16 bytes");
        addHeader("shape-too-large", entry("a", "F32", "[3,3]", 0, 24), SIX_FLOATS, "needs 36 bytes");
        addHeader(
                "shape-of-65-dimensions", entry("a", "U8", "[" + "1,".repeat(64) + "1]", 0, 1), new byte[1],
                "more than 64");
        addHeader("vector-as-matrix", entry("a", "F32", "[6]", 0, 24), SIX_FLOATS, "2 dimensions");
        addHeader("integers-as-matrix", entry("a", "I32", "[2,3]", 0, 24), SIX_FLOATS, "not supported for computation");
    }

    private void addSafetensorsEntries() {
        String range = "\"data_offsets\":[0,24]";
        addHeader("dtype-missing", "\"a\":{\"shape\":[6]," + range + "}", SIX_FLOATS, "'dtype' is missing");
        addHeader("shape-missing", "\"a\":{\"dtype\":\"F32\"," + range + "}", SIX_FLOATS, "'shape' is missing");
        addHeader("offsets-missing", "\"a\":{\"dtype\":\"F32\",\"shape\":[6]}", SIX_FLOATS,
                "'data_offsets' is missing");
        addHeader("entry-empty", "\"a\":{}", SIX_FLOATS, "missing");
        addHeader("entry-no-object", "\"a\":7", SIX_FLOATS, "'{' is expected");
        addHeader("entry-null", "\"a\":null", SIX_FLOATS, "'{' is expected");
        addHeader("dtype-unknown", entry("a", "F5", "[6]", 0, 24), SIX_FLOATS, "(F5 [6]): this dtype is unknown");
        addHeader("dtype-packed-of-wrong-size", entry("a", "F4", "[6]", 0, 24), SIX_FLOATS, "needs 3 bytes");
        addHeader("dtype-lower-case", entry("a", "f32", "[6]", 0, 24), SIX_FLOATS, "(f32 [6]): this dtype is unknown");
        addHeader("dtype-number", "\"a\":{\"dtype\":3,\"shape\":[6]," + range + "}", SIX_FLOATS, "'\"' is expected");
        addHeader(
                "key-unknown", "\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"strides\":[1]," + range + "}", SIX_FLOATS,
                "unknown key 'strides'");
        addHeader(
                "key-twice", "\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[6]," + range + "}", SIX_FLOATS,
                "twice");
        addHeader(
                "key-twice-escaped", "\"a\":{\"dtype\":\"F32\",\"\\u0064type\":\"F16\",\"shape\":[6]," + range + "}",
                SIX_FLOATS, "twice");
        addHeader("tensor-twice", GOOD_ENTRY + "," + GOOD_ENTRY, SIX_FLOATS, "twice");
        addHeader(
                "tensor-twice-empty", entry("a", "U8", "[0]", 0, 0) + "," + entry("a", "U8", "[0]", 0, 0), new byte[0],
                "twice");
        addHeader("metadata-twice", "\"__metadata__\":{},\"__metadata__\":{}", new byte[0], "twice");
        addHeader("metadata-key-twice", "\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}", new byte[0], "twice");
    }

    private void addJson() {
        byte[] none = new byte[0];
        add("json-nothing-but-a-brace", safetensors("{", none), "ends where");
        add("json-trailing-comma", safetensors("{" + GOOD_ENTRY + ",}", SIX_FLOATS), "expected");
        add("json-leading-comma", safetensors("{," + GOOD_ENTRY + "}", SIX_FLOATS), "expected");
        add("json-missing-comma", safetensors("{" + GOOD_ENTRY + GOOD_ENTRY + "}", SIX_FLOATS), "',' is expected");
        add("json-comment", safetensors("{/**/}", none), "expected");
        add("json-single-quotes", safetensors("{'a':{}}", none), "expected");
        add("json-unquoted-key", safetensors("{a:{}}", none), "expected");
        add("json-trailing-garbage", safetensors("{}x", none), "padding");
        add("json-trailing-nul", safetensors("{}\0\0\0", none), "padding");
        add("json-trailing-line-break", safetensors("{}\n", none), "padding");
        add("json-second-object", safetensors("{}{}", none), "padding");
        add("json-string-without-end", safetensors("{\"abc", none), "does not end");
        add("json-escape-without-end", safetensors("{\"abc\\", none), "does not end");
        add("json-unicode-escape-without-end", safetensors("{\"abc\\u00", none), "does not end");
        add("json-bad-escape", safetensors("{\"\\x41\":{}}", none), "escape");
        add("json-bad-unicode-escape", safetensors("{\"\\u00g0\":{}}", none), "hexadecimal");
        add("json-lone-high-surrogate", safetensors("{\"\\ud83d\":{}}", none), "surrogate");
        add("json-lone-low-surrogate", safetensors("{\"\\ude00\":{}}", none), "surrogate");
        add("json-two-high-surrogates", safetensors("{\"\\ud83d\\ud83d\":{}}", none), "surrogate");
        add("json-raw-line-break-in-name", safetensors("{\"a\nb\":{}}", none), "control character");
        add("json-raw-nul-in-name", safetensors("{\"a\0b\":{}}", none), "control character");
        add("utf8-stray-continuation", safetensors(latin1("{\"\u0080\":{}}"), none), "UTF-8");
        add("utf8-overlong-slash", safetensors(latin1("{\"\u00c0\u00af\":{}}"), none), "UTF-8");
        add("utf8-surrogate", safetensors(latin1("{\"\u00ed\u00a0\u0080\":{}}"), none), "UTF-8");
        add("utf8-above-10ffff", safetensors(latin1("{\"\u00f4\u0090\u0080\u0080\":{}}"), none), "UTF-8");
        add("utf8-cut-by-quote", safetensors(latin1("{\"\u00e2\u0082\":{}}"), none), "UTF-8");
        add("utf8-bad-beside-an-escape", safetensors(latin1("{\"\\n\u00ff\":{}}"), none), "UTF-8");
        add("utf8-latin-1", safetensors(latin1("{\"caf\u00e9\":{}}"), none), "UTF-8");
    }

    private void addNames() {
        addName("name-escape-code", "\\u001b[31mred\\u001b]0;title\\u0007", "\\u001B[31mred");
        addName("name-line-break", "a\\nb\\r\\nc", "a\\u000Ab");
        addName("name-nul", "a\\u0000b", "a\\u0000b");
        addName("name-c1-control", "a\\u009b31mb", "a\\u009B31mb");
        addName("name-raw-c1-control", "a\u009b31mb", "a\\u009B31mb");
        addName("name-delete", "a\u007fb", "a\\u007Fb");
        addName("name-right-to-left-override", "a\u202egnp.exe", "a\\u202Egnp.exe");
        addName("name-zero-width", "a\u200bb\ufeffc", "a\\u200Bb\\uFEFFc");
        addName("name-line-separator", "a\u2028b", "a\\u2028b");
        addName("name-unassigned", "a\u0378b", "a\\u0378b");
        addName("name-tag-characters", "a\\udb40\\udc41b", "a\\uDB40\\uDC41b");
        addName("name-formula", "=cmd|'/c calc'!A1", "=cmd|");
        addName("name-html", "<script>alert(1)</script>", "<script>");
        addName("name-of-100000-characters", "n".repeat(100_000), "... (100000 characters)");
        addName("name-path", "../../etc/passwd", "../../etc/passwd");
        addName("name-percent-format", "%s%n%d", "%s%n%d");
        addName("name-empty", "", "2 dimensions");
    }

    /** The name is fine as such; the message about the tensor must show it harmlessly. */
    private void addName(String name, String json, String expected) {
        addHeader(name, entry(json, "F32", "[6]", 0, 24), SIX_FLOATS, expected);
    }

    private void addIndexes() {
        add("index-no-weight-map", utf8("{\"hidden_size\": 64}"), "weight_map");
        add("index-empty-object", utf8("{}"), "weight_map");
        add("index-weight-map-list", utf8("{\"weight_map\": []}"), "'{' is expected");
        add("index-weight-map-twice", utf8("{\"weight_map\": {}, \"weight_map\": {}}"), "twice");
        add("index-shard-number", utf8("{\"weight_map\": {\"a\": 1}}"), "'\"' is expected");
        add("index-tensor-twice", utf8("{\"weight_map\": {\"a\": \"s\", \"a\": \"s\"}}"), "twice");
        add("index-cut", utf8("{\"weight_map\": {\"a\": \"s\""), "ends where");
        add("index-trailing-garbage", utf8("{\"weight_map\": {}} x"), "follows");
        add("index-deep-metadata", utf8("{\"metadata\": " + "[".repeat(100_000)), "nested deeper");
        add("index-deep-objects", utf8("{\"metadata\": " + "{\"a\":".repeat(100_000)), "nested deeper");
        add("index-metadata-key-twice", utf8("{\"metadata\": {\"a\": 1, \"a\": 2}, \"weight_map\": {}}"), "twice");
        add("index-bad-number", utf8("{\"metadata\": 01, \"weight_map\": {}}"), "expected");
        add("index-nan", utf8("{\"metadata\": NaN, \"weight_map\": {}}"), "expected");
        add("index-shard-missing", index("shard-00001-of-00002.safetensors"),
                "shard-00001-of-00002.safetensors: this shard is missing");
        String[] paths = {
            "../file", "..", ".", "", "/etc/passwd", "sub/shard", "sub\\\\shard", "C:shard", "C:\\\\shard",
            "shard:stream", "a\\u0000b", "a\\nb", "\\u001b[2J", "//host/share", "~/../x", "file://etc/passwd"
        };
        for (int index = 0; index < paths.length; index++) {
            add("index-shard-path-" + index, index(paths[index]), "not a plain name");
        }
        add("index-shard-name-long", index("s".repeat(100_000)), "not a plain name");
        add("index-names-itself", index("file"), "neither a safetensors file nor");
    }

    private static byte[] index(String shard) {
        return utf8("{\"metadata\": {\"total_size\": 24}, \"weight_map\": {\"w\": \"" + shard + "\"}}\n");
    }

    private void addShards() {
        byte[] good = safetensors("{" + GOOD_ENTRY + "}", SIX_FLOATS);
        byte[] other = safetensors("{" + entry("v", "F32", "[2,3]", 0, 24) + "}", SIX_FLOATS);
        addShards("shard-truncated", index("s1"), "truncated", head(good, good.length - 1));
        addShards("shard-is-a-pointer", index("s1"), "git lfs pull",
                utf8("version https://git-lfs.github.com/spec/v1\n"));
        addShards("shard-is-npy", index("s1"), "neither a safetensors file nor", GOOD_NPY);
        addShards("shard-empty", index("s1"), "empty", new byte[0]);
        addShards("shard-without-its-tensor", index("s1"), "'s1', which does not hold it", other);
        byte[] both = utf8("{\"weight_map\": {\"w\": \"s1\", \"v\": \"s2\"}}");
        addShards("shards-swapped", both, "which does not hold it", other, good);
        cases.add(new Case("shard-is-a-folder", folder -> {
            Files.createDirectory(folder.resolve("s1"));
            return Files.write(folder.resolve("file"), index("s1"));
        }, "folder"));
        cases.add(new Case("shard-is-a-device", folder -> {
            Files.createSymbolicLink(folder.resolve("s1"), Path.of("/dev/zero"));
            return Files.write(folder.resolve("file"), index("s1"));
        }, "pipe, device or socket"));
        cases.add(new Case("shard-links-to-itself", folder -> {
            Files.createSymbolicLink(folder.resolve("s1"), Path.of("s1"));
            return Files.write(folder.resolve("file"), index("s1"));
        }, "symbolic links"));
    }

    private void addShards(String name, byte[] index, String expected, byte[]... shards) {
        cases.add(new Case(name, folder -> {
            for (int shard = 0; shard < shards.length; shard++) {
                Files.write(folder.resolve("s" + (shard + 1)), shards[shard]);
            }
            return Files.write(folder.resolve("file"), index);
        }, expected));
    }

    private void addNpy() {
        addNpy("npy-object", dictionary("|O", false, "(1,)"), "Python objects");
        addNpy("npy-unicode", dictionary("<U3", false, "(2,)"), "(U3 [2]): it is text");
        addNpy("npy-bytes", dictionary("|S24", false, "(1,)"), "text in bytes");
        addNpy("npy-date", dictionary("<M8[ns]", false, "(3,)"), "dates");
        addNpy("npy-long-double", dictionary("<f16", false, "(1,)"), "numpy.float64");
        addNpy("npy-complex-double", dictionary("<c16", false, "(1,)"), "array.imag");
        addNpy("npy-bfloat16", dictionary("|V2", false, "(2, 6)"), "bfloat16");
        addNpy("npy-void", dictionary("|V3", false, "(8,)"), "unnamed bytes");
        addNpy("npy-no-order", dictionary("f4", false, "(2, 3)"), "'f4'");
        addNpy("npy-empty-type", dictionary("", false, "(2, 3)"), "''");
        addNpy("npy-odd-order", dictionary("!f4", false, "(2, 3)"), "'!f4'");
        addNpy("npy-bar-float", dictionary("|f4", false, "(2, 3)"), "'|f4'");
        addNpy("npy-escape-code-type", dictionary("<\u009b31m", false, "(2, 3)"), "refused");
        addNpy(
                "npy-structured", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}",
                "have fields");
        addNpy("npy-descr-number", "{'descr': 4, 'fortran_order': False, 'shape': (6,)}", "quoted string");
        addNpy("npy-fortran-number", "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}", "True nor False");
        addNpy("npy-shape-number", dictionary("<f4", false, "6"), "'(' is expected");
        addNpy("npy-shape-in-brackets", dictionary("<f4", false, "(6)"), "not a tuple");
        addNpy("npy-shape-list", dictionary("<f4", false, "[2, 3]"), "'(' is expected");
        addNpy("npy-shape-negative", dictionary("<f4", false, "(-2, -3)"), "whole numbers");
        addNpy("npy-shape-fraction", dictionary("<f4", false, "(2.0, 3)"), "whole numbers");
        addNpy("npy-shape-leading-zero", dictionary("<f4", false, "(02, 3)"), "whole numbers");
        addNpy("npy-shape-only-comma", dictionary("<f4", false, "(,)"), "whole numbers");
        addNpy("npy-shape-double-comma", dictionary("<f4", false, "(2,,3)"), "whole numbers");
        addNpy("npy-shape-2-to-the-63", dictionary("<f4", false, "(9223372036854775808,)"), "2^63");
        addNpy("npy-shape-wraps-to-24", dictionary("<f4", false, "(4611686018427387910,)"), "overflows");
        addNpy("npy-shape-2-to-the-32-squared", dictionary("<f4", false, "(4294967296, 4294967296)"), "overflows");
        addNpy("npy-shape-zero-hides", dictionary("<f4", false, "(0, 4294967296, 4294967296)"), "overflows");
        addNpy("npy-65-dimensions", dictionary("<f4", false, "(" + "1,".repeat(65) + ")"), "more than 64");
        addNpy("npy-data-too-long", dictionary("<f4", false, "(2, 2)"), "followed by something else");
        addNpy("npy-data-too-short", dictionary("<f4", false, "(3, 3)"), "truncated");
        addNpy("npy-one-dimension", dictionary("<f4", false, "(6,)"), "2 dimensions");
        addNpy("npy-integers", dictionary("<i4", false, "(2, 3)"), "not supported for computation");
        addNpy("npy-no-shape", "{'descr': '<f4', 'fortran_order': False}", "'shape' is missing");
        addNpy("npy-no-descr", "{'fortran_order': False, 'shape': (2, 3)}", "'descr' is missing");
        addNpy("npy-no-order-key", "{'descr': '<f4', 'shape': (2, 3)}", "'fortran_order' is missing");
        addNpy("npy-no-keys", "{}", "missing");
        addNpy("npy-unknown-key", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", "key 'x'");
        addNpy("npy-key-twice", "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", "twice");
        addNpy("npy-code", "__import__('os').system('true')", "'{' is expected");
        addNpy("npy-no-end", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)", "'}' is expected");
        addNpy("npy-behind-dictionary", dictionary("<f4", false, "(2, 3)") + "x", "follows the dictionary");
        addNpy("npy-nul-behind-dictionary", dictionary("<f4", false, "(2, 3)") + "\0", "follows the dictionary");
        addNpy("npy-deep", "(".repeat(60_000), "'{' is expected");
        add("npy-string-without-end", npy(1, latin1("{'descr"), SIX_FLOATS), "does not end");
        add("npy-version-0", npy(0, latin1("{}"), new byte[0]), "version 0.0");
        add("npy-version-4", npy(4, latin1("{}"), new byte[0]), "version 4.0");
        add("npy-header-4-GB", join(latin1("\u0093NUMPY\2\0"), new byte[]{-1, -1, -1, -1}, GOOD_NPY), "limit");
        add("npy-header-over-limit", npy(2, new byte[(1 << 20) + 1], SIX_FLOATS), "limit");
        add("npy-header-beyond-file", join(latin1("\u0093NUMPY\1\0"), new byte[]{-1, -1, '{', '}'}), "truncated");
    }

    private void addNpy(String name, String dictionary, String expected) {
        add(name, npy(dictionary, SIX_FLOATS), expected);
    }

    private void addZipStructure() {
        ZipBytes.Member[] good = {member("w.npy", GOOD_NPY, false)};
        addZip("zip-behind-something", good, zip -> zip.before = new byte[]{'P', 'K', 3, 4, 0},
                "it follows another zip archive");
        addZip("zip-more-entries-than-listed", good, zip -> zip.entriesClaimed = 0, "more bytes than its entries");
        addZip("zip-fewer-entries-than-listed", good, zip -> zip.entriesClaimed = 2, "truncated");
        addZip("zip-directory-elsewhere", good, zip -> zip.directoryClaimed = 5, "not where its end says");
        addZip("zip-directory-beyond-file", good, zip -> zip.directoryClaimed = 0xFFFFFFF0L, "not where its end says");
        addZip("zip-several-parts", good, zip -> zip.disk = 1, "several parts");
        addZip("zip-64-end-elsewhere", good, zip -> {
            zip.zip64End = true;
            zip.end64Shift = 1;
        }, "contradictory records");
        addZip("zip-64-directory-elsewhere", good, zip -> {
            zip.zip64End = true;
            zip.directoryClaimed = Long.MAX_VALUE;
        }, "not where its end says");
        addZip("zip-64-two-billion-entries", good, zip -> {
            zip.zip64End = true;
            zip.entriesClaimed = Integer.MAX_VALUE;
        }, "over the limit");
        add("zip-trailing-bytes", join(archive(good), new byte[7]), "does not end with its directory");
        add("zip-two-archives", join(archive(good), archive(good)), "not where its end says");
        ZipBytes.Member[] twins = {member("w.npy", GOOD_NPY, false), member("w.npy", GOOD_NPY, true)};
        add("zip-member-twice", archive(twins), "two members of this name");
        add("zip-entries-share-data", archive(
                member("a.npy", GOOD_NPY, false), changed(member("b.npy", GOOD_NPY, false), m -> m.begin = 0)),
                "overlap");
        byte[] hidden = head(archive(member("hidden.npy", GOOD_NPY, false)), 200);
        add("zip-unlisted-member", archive(changed(member("a.npy", GOOD_NPY, false), m -> m.after = hidden)),
                "does not list");
        add("zip-second-begins-beyond-file", archive(
                member("a.npy", GOOD_NPY, false),
                changed(member("b.npy", GOOD_NPY, false), m -> m.begin = 0xFFFFFFF0L)),
                "does not list");
        byte[] one = archive(good);
        addZip("zip-two-ends", good, zip -> zip.comment = join(one, new byte[0]), "two ends");
        add("zip-nested-overlap", archive(
                changed(member("a.npy", GOOD_NPY, false), m -> m.storedSize += 40), member("b.npy", GOOD_NPY, false)),
                "two different sizes");
        add("zip-overlap-deflated", archive(
                changed(member("a.npy", GOOD_NPY, true), m -> m.storedSize += 40), member("b.npy", GOOD_NPY, true)),
                "overlaps what follows");
    }

    private void addZip(String name, ZipBytes.Member[] members, Consumer<ZipBytes> change, String expected) {
        ZipBytes zip = new ZipBytes().with(members);
        change.accept(zip);
        add(name, zip.build(), expected);
    }

    private void addMember(String name, boolean deflate, Consumer<ZipBytes.Member> change, String expected) {
        add(name, archive(changed(member("w.npy", GOOD_NPY, deflate), change)), expected);
    }

    private void addZipMembers() {
        addMember("member-checksum-stored", false, m -> m.localCrc = m.crc = 1, "checksum");
        addMember("member-checksum-deflated", true, m -> m.localCrc = m.crc = 1, "checksum");
        addMember("member-data-damaged", false, m -> m.stored[m.stored.length - 1]++, "checksum");
        addMember("member-deflate-damaged", true, m -> m.stored[0] = 7, "damaged");
        addMember("member-encrypted", false, m -> m.localFlags = m.flags |= 1, "encrypted");
        addMember("member-strongly-encrypted", false, m -> m.localFlags = m.flags |= 1 | 1 << 6, "encrypted");
        addMember("member-masked", false, m -> m.localFlags = m.flags |= 1 << 13, "compressed by a method");
        addMember("member-bzip2", false, m -> m.localMethod = m.method = 12, "method 12");
        addMember("member-on-another-disk", false, m -> m.disk = 1, "compressed by a method");
        addMember("member-two-methods", false, m -> m.localMethod = 8, "contradict");
        addMember("member-two-names", false, m -> m.localName = utf8("v.npy"), "contradict");
        addMember("member-two-name-lengths", false, m -> m.localName = utf8("ww.npy"), "contradict");
        addMember("member-two-checksums", false, m -> m.localCrc++, "contradict");
        addMember("member-two-sizes", true, m -> m.localSize++, "contradict");
        addMember("member-stored-sizes-differ", false, m -> m.size++, "two different sizes");
        addMember("member-expands-to-less", true, m -> m.localSize = ++m.size, "npy header");
        addMember("member-expands-to-more", true, m -> m.localSize = --m.size, "npy header");
        addMember("member-claims-4-GB", true, m -> m.localSize = m.size = 0xFFFFFFF0L, "more than deflate can");
        addMember("member-deflate-ends-early", true, m -> {
            m.stored = head(m.stored, m.stored.length + 3);
            m.localStoredSize = m.storedSize = m.stored.length;
        }, "does not end where");
        addMember("member-deflate-cut", true, m -> {
            m.stored = head(m.stored, m.stored.length - 4);
            m.localStoredSize = m.storedSize = m.stored.length;
        }, "instead of 152");
        addMember("member-begins-elsewhere", false, m -> m.begin = 1, "it follows another zip archive");
        addMember("member-begins-beyond-file", false, m -> m.begin = 0xFFFFFFF0L, "not where its end says");
        addMember("member-64-bit-size-missing", false, m -> m.size = 0xFFFFFFFFL, "64-bit size is missing");
        addMember("member-64-bit-size-negative", false, m -> {
            ZipBytes.wideCentral(m);
            Arrays.fill(m.extra, 4, 20, (byte) -1);
        }, "exceeds 2^63");
        addMember("member-64-bit-size-huge", false, m -> {
            ZipBytes.wideCentral(m);
            m.extra[11] = 0x7F;
            m.extra[19] = 0x7F;
        }, "overlaps what follows");
        addMember("member-64-bit-size-unneeded", false, m -> {
            m.extra = ZipBytes.wideLocal(member("x", new byte[0], false)).localExtra;
        }, "contradicts the other");
        addMember("member-descriptor-missing", true, m -> m.localFlags = m.flags |= 1 << 3,
                "the descriptor after it contradicts");
        add("member-descriptor-lies", archive(
                changed(ZipBytes.streamed("w.npy", GOOD_NPY, true, false), m -> m.after[8]++)),
                "the descriptor after it contradicts");
        add("member-name-escape-code", archive(member("\u001b[31m.txt", GOOD_NPY, false)), "\\u001B[31m.txt");
        add("member-name-formula", archive(member("=1+1.csv", GOOD_NPY, false)), "=1+1.csv");
        add("member-folder", archive(member("sub/", new byte[0], false)), "without an npy array");
        add("member-empty", archive(member("w.npy", new byte[0], false)), "truncated after 0");
        add("member-pickled", archive(member("w.npy", utf8("\u0080\u0004}q\0.        "), true)), "npy array");
        add("member-object-array", archive(member("w.npy", npy(dictionary("|O", false, "(1,)"), new byte[8]), true)),
                "Python objects");
        add("member-npy-too-short", archive(member("w.npy", npy(dictionary("<f4", false, "(9, 9)"), SIX_FLOATS), true)),
                "needs 324 bytes");
        add("zip-bomb-in-header", bombOfHeaders(), "npy headers exceed");
        add("zip-bomb-beyond-limit", bomb(), "would expand to more than 4294967296 bytes");
    }

    /** A hundred members with an npy header of nearly a megabyte each, in a few hundred kilobytes. */
    private static byte[] bombOfHeaders() {
        byte[] spaces = new byte[1 << 20];
        Arrays.fill(spaces, (byte) ' ');
        byte[] text = latin1(dictionary("<f4", false, "(2, 3)"));
        System.arraycopy(text, 0, spaces, 0, text.length);
        byte[] content = npy(2, spaces, SIX_FLOATS);
        ZipBytes.Member[] members = new ZipBytes.Member[100];
        for (int index = 0; index < members.length; index++) {
            members[index] = member(index + ".npy", content, true);
        }
        return archive(members);
    }

    /** One member that claims five gigabytes, from five megabytes: as much as deflate can. */
    private static byte[] bomb() {
        byte[] header = npy(dictionary("<f4", false, "(1310720, 1024)"), new byte[0]);
        ZipBytes.Member bomb = member("w.npy", header, true);
        bomb.stored = Arrays.copyOf(bomb.stored, 5 * ((1 << 20) + (1 << 15)));
        bomb.localStoredSize = bomb.storedSize = bomb.stored.length;
        bomb.localSize = bomb.size = header.length + (5L << 30);
        return archive(ZipBytes.wideCentral(ZipBytes.wideLocal(bomb)));
    }
}
