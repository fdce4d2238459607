package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.join;
import static io.github.logalign.tensor.TestBytes.latin1;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.safetensors;
import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.archive;
import static io.github.logalign.tensor.ZipBytes.member;

import io.github.logalign.fuzz.FuzzTarget;
import io.github.logalign.internal.io.JsonReader;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.tensor.OnnxBytes.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The readers of tensor files, of what lies beside them, and of what is in them. */
enum ReaderFuzzTarget implements FuzzTarget {

    SAFETENSORS {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    safetensors(
                            "{\"__metadata__\":{\"a\":\"\\u00e9\"}," + entry("w", "F32", "[2,3]", 0, 24) + ","
                                    + entry("v", "BF16", "[1,3]", 24, 30) + "}",
                            new byte[30]),
                    safetensors("{" + entry("e", "F16", "[2,1,2]", 0, 8) + "," + entry("m", "BOOL", "[3]", 8, 11)
                            + "," + entry("l", "I64", "[1]", 11, 19) + "}   ", new byte[19]));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\"dtype\":", "\"shape\":", "\"data_offsets\":", "\"__metadata__\"", "null", "F64",
                    "F32",
                    "F16",
                    "BF16", "I64", "I32", "I8", "U8", "BOOL", "F8_E4M3", "F8_E8M0", "F4", "\\ud83d\\ude00",
                    "9223372036854775807", "4294967296");
        }
    },

    NPY {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    npy(dictionary("<f4", false, "(2, 3)"), f32(1, 2, 3, 4, 5, 6)),
                    npy(dictionary(">f2", true, "(2, 3)"), new byte[12]),
                    npy(2, latin1(dictionary("|u1", false, "(4,)")), new byte[4]));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\u0093NUMPY\1\0", "\u0093NUMPY\2\0", "\u0093NUMPY\3\0", "'descr': ",
                    "'fortran_order': ",
                    "'shape': ", "True", "False", "<f8", ">f4", "<f2", "|b1", "|V2", "|O", "<U4", "|S4", "<c16", "<f16",
                    "<M8[ns]", "[('a', '<f4')]", "9223372036854775807", "4294967296");
        }
    },

    NPZ {
        @Override
        public List<byte[]> seeds() {
            byte[] array = npy(dictionary("<f4", false, "(2, 3)"), f32(1, 2, 3, 4, 5, 6));
            return List.of(
                    archive(ZipBytes.wideLocal(member("a.npy", array, false)), member("b.npy", array, false)),
                    archive(ZipBytes.wideCentral(member("a.npy", array, true))),
                    archive(ZipBytes.streamed("a.npy", array, true, true)),
                    archive(ZipBytes.streamed("a.npy", array, false, false)),
                    wideEnd(member("a.npy", array, true)));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "PK\7\b", "\1\0\20\0",
                    "\1\0\30\0",
                    "\u00ff\u00ff\u00ff\u00ff", "\u00ff\u00ff", ".npy", "data.pkl", "__MACOSX/", "meta.json");
        }
    },

    INDEX {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    utf8("{\"metadata\":{\"x\":[1,-2.5e3,null]},\"weight_map\":{\"w\":\"one\"}}"),
                    utf8("{\"weight_map\":{\"w\":\"one\",\"v\":\"two\"}}\n"),
                    utf8("{\"metadata\":{},\"weight_map\":{\"w\":\"one\",\"v\":\"two\",\"u\":\"two\"}}"));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\"weight_map\":", "\"metadata\":", "\"one\"", "\"two\"", "\"three\"", "\"input\"",
                    "\"w\"",
                    "../", "/", ".safetensors", ".bin", "true", "false", "null", "\\u0000");
        }

        @Override
        public void prepare(Path folder) throws IOException {
            Files.write(folder.resolve("one"), safetensors("{" + entry("w", "F32", "[1,1]", 0, 4) + "}", f32(1)));
            Files.write(folder.resolve("two"), safetensors(
                    "{" + entry("w", "F32", "[1,1]", 0, 4) + "," + entry("v", "F32", "[1,1]", 4, 8) + "}", f32(1, 2)));
        }
    },

    ONNX {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    OnnxBytes.model(new Message()
                            .message(1, OnnxBytes.node("Transpose", "", "t", "w"))
                            .message(1, OnnxBytes.node("Gemm", "/a/Gemm", "y", "x", "t", "b")
                                    .message(5, OnnxBytes.flag("transB", 1)).message(5, OnnxBytes.real("alpha", 2)))
                            .message(5, OnnxBytes.tensor("w", OnnxBytes.FLOAT, f32(1, 2, 3, 4, 5, 6), 2, 3))
                            .message(5, OnnxBytes.tensor("h", OnnxBytes.FLOAT16, 1, 2).bytes(5,
                                    new Message().varint(1).varint(0x3C00).toBytes()))),
                    OnnxBytes.model(new Message()
                            .message(1, OnnxBytes.node("MatMul", "m", "y", "x", "w"))
                            .message(5, OnnxBytes.external("w", OnnxBytes.FLOAT, "data", 4, 24, 2, 3))));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("MatMul", "Gemm", "Constant", "Identity", "value", "perm", "location", "offset",
                    "length", "data", "../data", "\u0008\u0008\u0012", "\u00ff\u00ff\u00ff\u00ff\u000f");
        }

        @Override
        public void prepare(Path folder) throws IOException {
            Files.write(folder.resolve("data"), new byte[32]);
        }
    },

    GGUF {
        @Override
        public List<byte[]> seeds() {
            byte[] tokens = join(GgufBytes.number(8, 4), GgufBytes.number(2, 8), GgufBytes.text("a"),
                    GgufBytes.text(""));
            return List.of(
                    new GgufBytes().value("general.architecture", 8, GgufBytes.text("llama"))
                            .value("tokens", 9, tokens).value("general.alignment", 4, GgufBytes.number(32, 4))
                            .tensor("a.weight", 0, f32(1, 2, 3, 4, 5, 6), 2, 3)
                            .tensor("q.weight", 8, new byte[136], 2, 64).build(),
                    new GgufBytes().value("n", 9, join(GgufBytes.number(9, 4), GgufBytes.number(1, 8),
                            GgufBytes.number(0, 4), GgufBytes.number(3, 8), new byte[3]))
                            .value("x", 12, new byte[8]).value("y", 7, new byte[]{1})
                            .tensor("e", 8, new byte[136], 2, 2, 32).tensor("k", 12, new byte[144], 1, 256).build());
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("GGUF\3\0\0\0", "general.alignment", "\b\0\0\0", "\t\0\0\0", "'\0\0\0",
                    "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\177", "\1\0\0\0\0\0\0\0", " \0\0\0\0\0\0\0");
        }
    },

    /** 8-bit floats and their scales. */
    SCALED {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    safetensors("{" + entry("a.weight", "F8_E4M3", "[3,40]", 0, 120) + ","
                            + entry("a.weight_scale", "F32", "[3,2]", 120, 144) + "}", new byte[144]),
                    safetensors("{" + entry("e", "F8_E5M2", "[2,3,4]", 0, 24) + ","
                            + entry("e_scale_inv", "F8_E8M0", "[2,1,1]", 24, 26) + "}", new byte[26]));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\"dtype\":", "\"shape\":", "[1]", "[]", "[3]", "[1,1]", "_scale", "_scale_inv",
                    ".weight", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "BF16", "F16", "F64", "U8", "0", "4294967296");
        }
    },

    /** The pickle of a file of torch.save, whose storages are whole. */
    TORCH {
        @Override
        public List<byte[]> seeds() {
            PickleBytes flat = PickleBytes.protocol(2).code("}(").text("w")
                    .tensor("FloatStorage", "0", 6, 0, new long[]{2, 3}, new long[]{3, 1}).code('q', 1).text("v")
                    .code('h', 1).text("b")
                    .tensor("BFloat16Storage", "1", 4, 0, new long[]{2, 2}, new long[]{1, 2}).code("u");
            PickleBytes nested = PickleBytes.protocol(4).text("x").code("0}(").text("step").whole(300).text("model")
                    .code("}(").text("w").typedTensor("float32", "0", 24, new long[]{3, 2}, new long[]{1, 3})
                    .text("l").code("](")
                    .tensor("FloatStorage", "0", 6, 1, new long[]{2, 2}, new long[]{3, 1}).code("euu");
            return List.of(flat.stop(), nested.stop(),
                    PickleBytes.protocol(2).tensor("FloatStorage", "0", 6, 0, new long[]{6, 1}, new long[]{1, 1})
                            .stop());
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("}(", "u.", "h\1", "q\1", "R", "b", "\u0085", "\u0093", "\u0081", "\u0094",
                    "X\1\0\0\0", "J\u00ff\u00ff\u00ff\u00ff", "ctorch\nFloatStorage\n", "cos\nsystem\n", "FloatStorage",
                    "\u008a\10\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\177", "\u0095", "\u008d", "K\0", "t");
        }

        @Override
        public byte[] file(byte[] input) {
            return TorchBytes.file(input, Map.of("0", f32(1, 2, 3, 4, 5, 6), "1", new byte[8]));
        }
    },

    /** Masks and labels, see {@link FuzzMasks}. */
    MASK {
        @Override
        public List<byte[]> seeds() {
            return FuzzMasks.seeds();
        }

        @Override
        public List<byte[]> words() {
            return FuzzMasks.words();
        }

        @Override
        public String fileName(byte[] input) {
            return FuzzMasks.fileName(input);
        }

        @Override
        public byte[] file(byte[] input) {
            return FuzzMasks.file(input);
        }

        @Override
        public int read(Path file) {
            try (TensorFile opened = TensorFile.open(file)) {
                Tensor tensor = opened.tensors().getFirst();
                return FuzzTarget.value(() -> {
                    MaskTensor mask = MaskTensor.of(tensor);
                    FuzzTarget.checkPrintable(mask.describe());
                    mask.note().ifPresent(FuzzTarget::checkPrintable);
                    opened.find(FuzzMasks.ACTIVATIONS).ifPresent(activations -> {
                        FuzzTarget.value(() -> fits(mask, activations, false));
                        FuzzTarget.value(() -> fits(mask, activations, true));
                    });
                    return mask;
                });
            }
        }
    },

    CONFIG {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    utf8("{\"architectures\": [\"GPT2LMHeadModel\"], \"model_type\": \"gpt2\", \"n\": [0.0, Infinity, NaN],"
                            + " \"tie_word_embeddings\": true, \"num_experts\": null}"),
                    utf8("{\"model_type\":\"llama4\",\"text_config\":{\"model_type\":\"llama4_text\","
                            + "\"num_local_experts\":16},\"quantization_config\":{\"bits\":8,\"quant_method\":\"fp8\"}}"));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\"architectures\":", "\"model_type\":", "\"tie_word_embeddings\":",
                    "\"text_config\":",
                    "\"quantization_config\":", "\"quant_method\":", "\"num_experts\":", "-Infinity", "NaN", "null",
                    "true", "[]", "{}", "\\u0000", "9223372036854775808");
        }

        @Override
        public String fileName(byte[] input) {
            return ModelConfig.FILE_NAME;
        }

        // Here not even a refusal may come out: the file is a help and no condition.
        @Override
        public int read(Path file) {
            String problem = ModelConfig.beside(file.resolveSibling("model.safetensors")).problem();
            if (problem != null) {
                FuzzTarget.checkPrintable(problem);
            }
            return problem == null ? 1 : 0;
        }
    },

    JSON {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    utf8("{\"architectures\": [\"GPT2LMHeadModel\"], \"model_type\": \"gpt2\", \"n\": -1.5e+3,"
                            + " \"tie_word_embeddings\": true, \"x\": {\"y\": [null, false, {}]}}"),
                    utf8("[\"\\ud83d\\ude00 \\u00e9 \\n\", 0, 12]"));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\"architectures\"", "\"model_type\"", "\"tie_word_embeddings\"", "true", "false",
                    "null",
                    "\\u0000", "\\ud83d\\ude00", "1e999", "-0");
        }

        @Override
        public int read(Path file) {
            return FuzzTarget.value(() -> {
                try {
                    JsonReader json = new JsonReader(Files.readAllBytes(file), Origin.of(file), "text");
                    json.skipValue();
                    json.end();
                    return json;
                } catch (IOException failed) {
                    throw new AssertionError(failed);
                }
            });
        }
    };

    @Override
    public int read(Path file) {
        int[] values = new int[1];
        FuzzTarget.value(() -> {
            try (TensorFile opened = TensorFile.open(file)) {
                for (Tensor tensor : opened.tensors()) {
                    values[0] += touch(tensor);
                }
                return opened;
            }
        });
        return values[0];
    }

    private static int touch(Tensor tensor) {
        return FuzzTarget.value(tensor::describe)
                + FuzzTarget.value(() -> corners(tensor.matrix()))
                + FuzzTarget.value(() -> corners(tensor.activations()))
                + FuzzTarget.value(() -> {
                    tensor.matrices().forEach(named -> corners(named.matrix()));
                    return tensor;
                })
                + FuzzTarget.value(tensor::mask)
                + FuzzTarget.value(() -> tensor.bytes().byteSize());
    }

    private static double corners(Matrix matrix) {
        return matrix.rows() > 0 && matrix.columns() > 0
                ? matrix.get(0, 0) + matrix.get(matrix.rows() - 1, matrix.columns() - 1)
                : 0;
    }

    private static MaskTensor fits(MaskTensor mask, Tensor activations, boolean oneMatrix) {
        mask.checkFits(activations, oneMatrix);
        return mask;
    }

    private static byte[] wideEnd(ZipBytes.Member member) {
        ZipBytes zip = new ZipBytes().with(member);
        zip.zip64End = true;
        return zip.build();
    }
}
