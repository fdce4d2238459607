package io.github.logalign.tensor;

import static io.github.logalign.tensor.OnnxBytes.external;
import static io.github.logalign.tensor.OnnxBytes.flag;
import static io.github.logalign.tensor.OnnxBytes.model;
import static io.github.logalign.tensor.OnnxBytes.node;
import static io.github.logalign.tensor.OnnxBytes.real;
import static io.github.logalign.tensor.OnnxBytes.tensor;
import static io.github.logalign.tensor.TestBytes.f32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.OnnxBytes.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in ONNX: their tensors wherever these are stored, and what their graphs say about them. */
class OnnxTest {

    private static final byte[] SIX = f32(1, 2, 3, 4, 5, 6);

    @TempDir
    Path folder;

    private TensorFile open(byte[] bytes) throws IOException {
        return TensorFile.open(Files.write(folder.resolve("model.onnx"), bytes));
    }

    private static double[] values(Tensor tensor) {
        long[] shape = tensor.shape();
        double[] values = new double[(int) (shape[0] * shape[1])];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.matrix().get(i / shape[1], i % shape[1]);
        }
        return values;
    }

    @Test
    void tensorsAreReadWhereverTheirNumbersAre() throws IOException {
        byte[] doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.1).putDouble(-7).array();
        Message halves = new Message();
        for (float value : new float[]{1, -2, 0.5f, 65504}) {
            halves.varint(Float.floatToFloat16(value) & 0xFFFF);
        }
        Message packedShape = new Message().bytes(1, new Message().varint(1).varint(2).toBytes()).number(2, 11)
                .text(8, "packed").bytes(10, doubles);
        Files.write(folder.resolve("model.data"), f32(9, 9, 1, 2, 3, 4, 5, 6));
        Message graph = new Message()
                .message(5, tensor("raw", OnnxBytes.FLOAT, SIX, 2, 3))
                .message(5, tensor("floats", OnnxBytes.FLOAT, 2, 3).bytes(4, SIX))
                .message(5, packedShape)
                .message(5, tensor("halves", OnnxBytes.FLOAT16, 2, 2).bytes(5, halves.toBytes()))
                .message(5, tensor("brain", OnnxBytes.BFLOAT16, 1, 2).bytes(5,
                        new Message().varint(0x3F80).varint(0xC000).toBytes()))
                .message(5, external("outside", OnnxBytes.FLOAT, "model.data", 8, 24, 2, 3))
                .message(5, tensor("shape", OnnxBytes.INT64, new byte[16], 2));
        try (TensorFile file = open(model(graph))) {
            assertEquals("ONNX", file.format());
            assertEquals(Map.of("made by", "hand"), file.metadata());
            assertEquals(List.of("raw", "floats", "packed", "halves", "brain", "outside", "shape"),
                    file.tensors().stream().map(Tensor::name).toList());
            double[] six = {1, 2, 3, 4, 5, 6};
            assertArrayEquals(six, values(file.tensor("raw")));
            assertArrayEquals(six, values(file.tensor("floats")));
            assertArrayEquals(new double[]{0.1, -7}, values(file.tensor("packed")));
            assertArrayEquals(new double[]{1, -2, 0.5, 65504}, values(file.tensor("halves")));
            assertArrayEquals(new double[]{1, -2}, values(file.tensor("brain")));
            assertArrayEquals(six, values(file.tensor("outside")));
            assertEquals(DataType.I64, file.tensor("shape").dataType());
        }
    }

    @Test
    void theGraphSaysHowWeightsAreStored() throws IOException {
        Message graph = new Message()
                .message(1, node("Identity", "", "same", "a"))
                .message(1, node("Transpose", "", "turned", "a"))
                .message(1, node("MatMul", "/encoder/layer.0/query/MatMul", "y0", "x", "same"))
                .message(1, node("MatMul", "turned", "y1", "x", "turned"))
                .message(1, node("Gemm", "plain", "y2", "x", "b"))
                .message(1, node("Gemm", "gemm", "y3", "x", "b", "bias").message(5, flag("transB", 1))
                        .message(5, real("alpha", 0.5f)).message(5, real("beta", 2)))
                .message(1, node("Gemm", "of columns", "y4", "x", "b").message(5, flag("transA", 1)))
                .message(1, node("Constant", "", "c", new String[0])
                        .message(5, new Message().text(1, "value").message(5, tensor("", OnnxBytes.FLOAT, SIX, 3, 2))))
                .message(1, node("MatMul", "constant", "y5", "x", "c"))
                .message(1, node("MatMul", "of activations", "y6", "x", "y5"))
                .message(1, node("MatMulInteger", "", "y7", "x", "q"))
                .message(5, tensor("a", OnnxBytes.FLOAT, SIX, 2, 3))
                .message(5, tensor("b", OnnxBytes.FLOAT, SIX, 2, 3))
                .message(5, tensor("bias", OnnxBytes.FLOAT, f32(1, 2), 2));
        try (TensorFile file = open(model(graph))) {
            assertEquals(List.of(
                    new LinearNode("/encoder/layer.0/query/MatMul", "MatMul", "x", "y0", "a", true, 1, null, 1),
                    new LinearNode("turned", "MatMul", "x", "y1", "a", false, 1, null, 1),
                    new LinearNode("plain", "Gemm", "x", "y2", "b", true, 1, null, 1),
                    new LinearNode("gemm", "Gemm", "x", "y3", "b", false, 0.5, "bias", 2),
                    new LinearNode("constant", "MatMul", "x", "y5", "c", true, 1, null, 1)), file.linearNodes());
            assertEquals("encoder.layer.0.query", file.linearNodes().getFirst().layer());
            assertEquals("gemm", file.linearNodes().get(3).layer());
            assertEquals(1, file.notes().size());
            assertTrue(file.notes().getFirst().contains("MatMulInteger"), file.notes().toString());
            assertArrayEquals(new double[]{1, 2, 3, 4, 5, 6}, values(file.tensor("c")));
        }
    }

    @Test
    void severalGraphsAreOne() throws IOException {
        byte[] first = model(new Message().message(5, tensor("a", OnnxBytes.FLOAT, SIX, 2, 3)));
        byte[] outputs = new Message().message(7, new Message().message(12, new Message().text(1, "y"))).toBytes();
        try (TensorFile file = open(TestBytes.join(first, outputs))) {
            assertEquals(1, file.tensors().size());
        }
    }

    @Test
    void aFaultOfOneTensorIsItsOwn() throws IOException {
        Files.write(folder.resolve("short.data"), SIX);
        Message graph = new Message()
                .message(5, tensor("good", OnnxBytes.FLOAT, SIX, 2, 3))
                .message(5, tensor("short", OnnxBytes.FLOAT, SIX, 2, 4))
                .message(5, tensor("empty", OnnxBytes.FLOAT, 2, 4))
                .message(5, tensor("unknown", 99, SIX, 2, 3))
                .message(5, tensor("overflow", OnnxBytes.DOUBLE, SIX, Long.MAX_VALUE, 3))
                .message(5, tensor("loose", OnnxBytes.FLOAT, 1, 1).float32(4, 1))
                .message(5, external("absent", OnnxBytes.FLOAT, "absent.data", 0, 24, 2, 3))
                .message(5, external("outside", OnnxBytes.FLOAT, "../short.data", 0, 24, 2, 3))
                .message(5, external("rooted", OnnxBytes.FLOAT, "/etc/passwd", 0, 24, 2, 3))
                .message(5, external("beyond", OnnxBytes.FLOAT, "short.data", 4, 24, 2, 3))
                .message(5, external("below", OnnxBytes.FLOAT, "short.data", -4, 24, 2, 3));
        try (TensorFile file = open(model(graph))) {
            assertTrue(file.tensor("good").problem().isEmpty());
            for (Tensor tensor : file.tensors().subList(1, file.tensors().size())) {
                LogalignException refusal = assertThrows(LogalignException.class, tensor::matrix, tensor.name());
                assertTrue(String.valueOf(refusal.getMessage()).contains("model.onnx"), refusal.getMessage());
            }
            assertTrue(file.tensor("outside").problem().orElseThrow().contains("not the name of a file in the model"));
            assertTrue(file.tensor("rooted").problem().orElseThrow().contains("not the name of a file in the model"));
        }
    }

    @Test
    void numbersThatDoNotFitAreFoundWhenTheyAreRead() throws IOException {
        for (long[] numbers : List.of(new long[]{1, 2, 3}, new long[]{1}, new long[]{1, 65536}, new long[]{1, -1})) {
            Message list = new Message();
            for (long number : numbers) {
                list.varint(number);
            }
            byte[] bytes = list.toBytes();
            Message graph = new Message().message(5, tensor("w", OnnxBytes.FLOAT16, 1, 2).bytes(5, bytes));
            try (TensorFile file = open(model(graph))) {
                assertThrows(LogalignException.class, () -> file.tensor("w").matrix().get(0, 0));
            }
        }
    }

    @Test
    void nodesThatUseEachOtherAreNoWeights() throws IOException {
        Message graph = new Message()
                .message(1, node("Identity", "", "a", "b"))
                .message(1, node("Transpose", "", "b", "a"))
                .message(1, node("Identity", "", "w", "w"))
                .message(1, node("MatMul", "of a circle", "y", "x", "a"))
                .message(1, node("MatMul", "of itself", "w", "x", "w"))
                .message(5, tensor("w", OnnxBytes.FLOAT, SIX, 2, 3));
        try (TensorFile file = open(model(graph))) {
            assertEquals(List.of("of itself"), file.linearNodes().stream().map(LinearNode::name).toList());
        }
    }

    /** A model that is cut off anywhere gives one line, or the tensors before the cut. */
    @Test
    void aModelThatIsCutOffIsRefused() throws IOException {
        byte[] bytes = model(new Message()
                .message(1, node("MatMul", "m", "y", "x", "w"))
                .message(5, tensor("w", OnnxBytes.FLOAT, SIX, 2, 3)));
        int refused = 0;
        for (int length = 3; length < bytes.length; length++) {
            try (TensorFile file = open(TestBytes.head(bytes, length))) {
                assertEquals(1, file.tensors().size());
            } catch (LogalignException damaged) {
                assertTrue(String.valueOf(damaged.getMessage()).contains("model.onnx"), damaged.getMessage());
                refused++;
            }
        }
        assertTrue(refused > bytes.length / 2, refused + " of " + bytes.length);
    }
}
