package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.latin1;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.safetensors;
import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.archive;
import static io.github.logalign.tensor.ZipBytes.member;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.report.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A reader of untrusted bytes, as a fuzzer sees it: good inputs to start from, words that its format knows, and a run that
 * may give a value or a {@link LogalignException}. Every other result is a finding.
 */
enum FuzzTarget {

    SAFETENSORS {
        @Override
        List<byte[]> seeds() {
            return List.of(
                    safetensors(
                            "{\"__metadata__\":{\"a\":\"\\u00e9\"}," + entry("w", "F32", "[2,3]", 0, 24) + ","
                                    + entry("v", "BF16", "[1,3]", 24, 30) + "}",
                            new byte[30]),
                    safetensors("{" + entry("e", "F16", "[2,1,2]", 0, 8) + "," + entry("m", "BOOL", "[3]", 8, 11)
                            + "," + entry("l", "I64", "[1]", 11, 19) + "}   ", new byte[19]));
        }

        @Override
        List<byte[]> words() {
            return list("\"dtype\":", "\"shape\":", "\"data_offsets\":", "\"__metadata__\"", "null", "F64", "F32",
                    "F16",
                    "BF16", "I64", "I32", "I8", "U8", "BOOL", "F8_E4M3", "F8_E8M0", "F4", "\\ud83d\\ude00",
                    "9223372036854775807", "4294967296");
        }
    },

    NPY {
        @Override
        List<byte[]> seeds() {
            return List.of(
                    npy(dictionary("<f4", false, "(2, 3)"), f32(1, 2, 3, 4, 5, 6)),
                    npy(dictionary(">f2", true, "(2, 3)"), new byte[12]),
                    npy(2, latin1(dictionary("|u1", false, "(4,)")), new byte[4]));
        }

        @Override
        List<byte[]> words() {
            return list("\u0093NUMPY\1\0", "\u0093NUMPY\2\0", "\u0093NUMPY\3\0", "'descr': ", "'fortran_order': ",
                    "'shape': ", "True", "False", "<f8", ">f4", "<f2", "|b1", "|V2", "|O", "<U4", "|S4", "<c16", "<f16",
                    "<M8[ns]", "[('a', '<f4')]", "9223372036854775807", "4294967296");
        }
    },

    NPZ {
        @Override
        List<byte[]> seeds() {
            byte[] array = npy(dictionary("<f4", false, "(2, 3)"), f32(1, 2, 3, 4, 5, 6));
            return List.of(
                    archive(ZipBytes.wideLocal(member("a.npy", array, false)), member("b.npy", array, false)),
                    archive(ZipBytes.wideCentral(member("a.npy", array, true))),
                    archive(ZipBytes.streamed("a.npy", array, true, true)),
                    archive(ZipBytes.streamed("a.npy", array, false, false)),
                    wideEnd(member("a.npy", array, true)));
        }

        @Override
        List<byte[]> words() {
            return list("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "PK\7\b", "\1\0\20\0", "\1\0\30\0",
                    "\u00ff\u00ff\u00ff\u00ff", "\u00ff\u00ff", ".npy", "data.pkl", "__MACOSX/", "meta.json");
        }
    },

    INDEX {
        @Override
        List<byte[]> seeds() {
            return List.of(
                    utf8("{\"metadata\":{\"x\":[1,-2.5e3,null]},\"weight_map\":{\"w\":\"one\"}}"),
                    utf8("{\"weight_map\":{\"w\":\"one\",\"v\":\"two\"}}\n"),
                    utf8("{\"metadata\":{},\"weight_map\":{\"w\":\"one\",\"v\":\"two\",\"u\":\"two\"}}"));
        }

        @Override
        List<byte[]> words() {
            return list("\"weight_map\":", "\"metadata\":", "\"one\"", "\"two\"", "\"three\"", "\"input\"", "\"w\"",
                    "../", "/", ".safetensors", ".bin", "true", "false", "null", "\\u0000");
        }

        @Override
        void prepare(Path folder) throws IOException {
            Files.write(folder.resolve("one"), safetensors("{" + entry("w", "F32", "[1,1]", 0, 4) + "}", f32(1)));
            Files.write(folder.resolve("two"), safetensors(
                    "{" + entry("w", "F32", "[1,1]", 0, 4) + "," + entry("v", "F32", "[1,1]", 4, 8) + "}", f32(1, 2)));
        }
    },

    /** Masks and labels, see {@link FuzzMasks}. */
    MASK {
        @Override
        List<byte[]> seeds() {
            return FuzzMasks.seeds();
        }

        @Override
        List<byte[]> words() {
            return FuzzMasks.words();
        }

        @Override
        String fileName(byte[] input) {
            return FuzzMasks.fileName(input);
        }

        @Override
        byte[] file(byte[] input) {
            return FuzzMasks.file(input);
        }

        @Override
        int read(Path file) {
            try (TensorFile opened = TensorFile.open(file)) {
                Tensor tensor = opened.tensors().getFirst();
                return value(() -> {
                    MaskTensor mask = MaskTensor.of(tensor);
                    checkPrintable(mask.describe());
                    mask.note().ifPresent(FuzzTarget::checkPrintable);
                    opened.find(FuzzMasks.ACTIVATIONS).ifPresent(activations -> {
                        value(() -> fits(mask, activations, false));
                        value(() -> fits(mask, activations, true));
                    });
                    return mask;
                });
            }
        }
    },

    CSV {
        @Override
        List<byte[]> seeds() {
            return List.of(
                    utf8("step,train_loss,val_loss\n1,2.5,2.75\n2,1.5,nan\n"),
                    utf8("\ufeffglobal_step,\"a \"\"b\"\", c\",loss\r\n1,,2\r\n\r\n1e3,x,NaN\r\n"));
        }

        @Override
        List<byte[]> words() {
            return list("step", "_step", "global_step", "train_loss", "eval_loss", "loss", "nan", "NaN", "inf", "None",
                    "1e308", "\"\"", "\r\n", "{\"log_history\": [", "{\"step\": 1, \"loss\": 2}");
        }

        @Override
        int read(Path file) {
            return value(() -> {
                Metrics metrics = Metrics.read(file);
                metrics.names().forEach(metrics::curve);
                return metrics;
            });
        }
    },

    CONFIG {
        @Override
        List<byte[]> seeds() {
            return List.of(
                    utf8("{\"architectures\": [\"GPT2LMHeadModel\"], \"model_type\": \"gpt2\", \"n\": [0.0, Infinity, NaN],"
                            + " \"tie_word_embeddings\": true, \"num_experts\": null}"),
                    utf8("{\"model_type\":\"llama4\",\"text_config\":{\"model_type\":\"llama4_text\","
                            + "\"num_local_experts\":16},\"quantization_config\":{\"bits\":8,\"quant_method\":\"fp8\"}}"));
        }

        @Override
        List<byte[]> words() {
            return list("\"architectures\":", "\"model_type\":", "\"tie_word_embeddings\":", "\"text_config\":",
                    "\"quantization_config\":", "\"quant_method\":", "\"num_experts\":", "-Infinity", "NaN", "null",
                    "true", "[]", "{}", "\\u0000", "9223372036854775808");
        }

        @Override
        String fileName(byte[] input) {
            return ModelConfig.FILE_NAME;
        }

        // Here not even a refusal may come out: the file is a help and no condition.
        @Override
        int read(Path file) {
            String problem = ModelConfig.beside(file.resolveSibling("model.safetensors")).problem();
            if (problem != null) {
                checkPrintable(problem);
            }
            return problem == null ? 1 : 0;
        }
    },

    JSON {
        @Override
        List<byte[]> seeds() {
            return List.of(
                    utf8("{\"architectures\": [\"GPT2LMHeadModel\"], \"model_type\": \"gpt2\", \"n\": -1.5e+3,"
                            + " \"tie_word_embeddings\": true, \"x\": {\"y\": [null, false, {}]}}"),
                    utf8("[\"\\ud83d\\ude00 \\u00e9 \\n\", 0, 12]"));
        }

        @Override
        List<byte[]> words() {
            return list("\"architectures\"", "\"model_type\"", "\"tie_word_embeddings\"", "true", "false", "null",
                    "\\u0000", "\\ud83d\\ude00", "1e999", "-0");
        }

        @Override
        int read(Path file) {
            return value(() -> {
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

    /** Good inputs, made anew. */
    abstract List<byte[]> seeds();

    /** What a random change would hardly hit upon. */
    abstract List<byte[]> words();

    /** Writes what lies beside the input. */
    void prepare(Path folder) throws IOException {}

    /** What that file is called. */
    String fileName(byte[] input) {
        return "input";
    }

    /** The file that an input stands for. */
    byte[] file(byte[] input) {
        return input;
    }

    /** Reads everything that there is in a file and gives the number of values that came of it. */
    int read(Path file) {
        int[] values = new int[1];
        value(() -> {
            try (TensorFile opened = TensorFile.open(file)) {
                for (Tensor tensor : opened.tensors()) {
                    values[0] += touch(tensor);
                }
                return opened;
            }
        });
        return values[0];
    }

    /**
     * Runs one input in a prepared folder.
     *
     * @return how many values it gave
     * @throws RuntimeException or an Error if that is a finding
     */
    final int run(byte[] input, Path folder) throws IOException {
        return read(Files.write(folder.resolve(fileName(input)), file(input)));
    }

    private static int touch(Tensor tensor) {
        return value(tensor::describe)
                + value(() -> corners(tensor.matrix()))
                + value(() -> corners(tensor.activations()))
                + value(() -> {
                    tensor.matrices().forEach(named -> corners(named.matrix()));
                    return tensor;
                })
                + value(tensor::mask)
                + value(() -> tensor.bytes().byteSize());
    }

    private static double corners(Matrix matrix) {
        return matrix.rows() > 0 && matrix.columns() > 0
                ? matrix.get(0, 0) + matrix.get(matrix.rows() - 1, matrix.columns() - 1)
                : 0;
    }

    private static int value(Supplier<?> reading) {
        try {
            return reading.get() == null ? 0 : 1;
        } catch (LogalignException refused) {
            checkPrintable(String.valueOf(refused.getMessage()));
            return 0;
        }
    }

    private static MaskTensor fits(MaskTensor mask, Tensor activations, boolean oneMatrix) {
        mask.checkFits(activations, oneMatrix);
        return mask;
    }

    private static void checkPrintable(String message) {
        if (message.isBlank() || message.chars().anyMatch(Character::isISOControl)) {
            throw new AssertionError("not one printable line: " + message);
        }
    }

    private static List<byte[]> list(String... words) {
        return Arrays.stream(words).map(TestBytes::latin1).toList();
    }

    private static byte[] wideEnd(ZipBytes.Member member) {
        ZipBytes zip = new ZipBytes().with(member);
        zip.zip64End = true;
        return zip.build();
    }
}
