package io.github.logalign.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** all-MiniLM-L6-v2, whose model lies in a jar, and inputs for it. */
final class MiniLm {

    static final int VOCABULARY = 30_522;

    private MiniLm() {}

    /** Copies the model out of its jar. */
    static Path copyTo(Path folder) throws IOException {
        Path model = folder.resolve("all-minilm-l6-v2.onnx");
        try (InputStream in = MiniLm.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            if (in == null) {
                throw new IOException("the model is not on the class path");
            }
            Files.copy(in, model);
        }
        return model;
    }

    /** A batch of token ids, drawn by a seed, the last of each text padded. To be closed tensor by tensor. */
    static Map<String, OnnxTensor> inputs(long seed, int texts, int length) throws OrtException {
        Random random = new Random(seed);
        long[] ids = new long[texts * length];
        long[] mask = new long[texts * length];
        for (int text = 0; text < texts; text++) {
            int used = length - text % 4;
            for (int place = 0; place < used; place++) {
                ids[text * length + place] = random.nextLong(1000, VOCABULARY);
                mask[text * length + place] = 1;
            }
        }
        return Map.of("input_ids", tensor(ids, texts, length), "attention_mask", tensor(mask, texts, length),
                "token_type_ids", tensor(new long[ids.length], texts, length));
    }

    private static OnnxTensor tensor(long[] values, int texts, int length) throws OrtException {
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), LongBuffer.wrap(values),
                new long[]{texts, length});
    }
}
