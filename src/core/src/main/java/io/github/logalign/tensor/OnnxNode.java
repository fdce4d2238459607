package io.github.logalign.tensor;

import io.github.logalign.internal.io.ProtoReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of an ONNX graph, as far as it tells how weights are used.
 *
 * @param operator such as MatMul
 * @param name the node's, maybe empty
 * @param inputs names of values, in order; empty where one is left out
 * @param outputs names of values
 * @param alpha Gemm's, 1 by default
 * @param beta Gemm's, 1 by default
 * @param transA whether Gemm transposes its first input
 * @param transB whether Gemm transposes its second input
 * @param permutation of a Transpose, or null for the reverse order
 * @param constant the message of a Constant's tensor, or null
 */
record OnnxNode(
        String operator,
        String name,
        List<String> inputs,
        List<String> outputs,
        double alpha,
        double beta,
        boolean transA,
        boolean transB,
        @Nullable List<Long> permutation,
        ProtoReader.@Nullable Range constant) {

    private static final int INPUT = 1;
    private static final int OUTPUT = 2;
    private static final int NAME = 3;
    private static final int OPERATOR = 4;
    private static final int ATTRIBUTE = 5;
    private static final int DOMAIN = 7;

    private static final int ATTRIBUTE_NAME = 1;
    private static final int FLOAT = 2;
    private static final int INTEGER = 3;
    private static final int TENSOR = 5;
    private static final int INTEGERS = 8;

    /** No operator that is read here has more. */
    private static final int MOST_VALUES = 64;

    /**
     * The operator's name, with its domain where it is not ONNX's own.
     *
     * @param reader the node's message, which is read to its end
     */
    static String operatorOf(ProtoReader reader) {
        String operator = "";
        String domain = "";
        while (reader.next()) {
            switch (reader.field()) {
                case OPERATOR -> operator = reader.text();
                case DOMAIN -> domain = reader.text();
                default -> reader.skip();
            }
        }
        return domain.isEmpty() || domain.equals("ai.onnx") ? operator : domain + "." + operator;
    }

    /** Reads a node whose operator is known. */
    static OnnxNode read(ProtoReader reader, String operator) {
        Builder builder = new Builder();
        while (reader.next()) {
            switch (reader.field()) {
                case INPUT -> builder.add(reader, builder.inputs, reader.text());
                case OUTPUT -> builder.add(reader, builder.outputs, reader.text());
                case NAME -> builder.name = reader.text();
                case ATTRIBUTE -> builder.readAttribute(reader.message("attribute"));
                default -> reader.skip();
            }
        }
        return new OnnxNode(operator, builder.name, List.copyOf(builder.inputs), List.copyOf(builder.outputs),
                builder.alpha, builder.beta, builder.transA, builder.transB, builder.permutation, builder.constant);
    }

    /** An input; empty if the node has none there. */
    String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    /** What is known of a node so far. */
    private static final class Builder {
        private final List<String> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();
        private String name = "";
        private double alpha = 1;
        private double beta = 1;
        private boolean transA;
        private boolean transB;
        private @Nullable List<Long> permutation;
        private ProtoReader.@Nullable Range constant;

        private void add(ProtoReader reader, List<String> values, String value) {
            if (values.size() == MOST_VALUES) {
                throw reader.damaged("a node has more than " + MOST_VALUES + " inputs or outputs");
            }
            values.add(value);
        }

        private void readAttribute(ProtoReader reader) {
            String key = "";
            double real = 0;
            long integer = 0;
            List<Long> integers = new ArrayList<>();
            ProtoReader.@Nullable Range tensor = null;
            while (reader.next()) {
                switch (reader.field()) {
                    case ATTRIBUTE_NAME -> key = reader.text();
                    case FLOAT -> real = reader.float32();
                    case INTEGER -> integer = reader.number();
                    case INTEGERS -> readIntegers(reader, integers);
                    case TENSOR -> tensor = reader.bytes();
                    default -> reader.skip();
                }
            }
            switch (key) {
                case "alpha" -> alpha = real;
                case "beta" -> beta = real;
                case "transA" -> transA = integer != 0;
                case "transB" -> transB = integer != 0;
                case "perm" -> permutation = List.copyOf(integers);
                case "value" -> constant = tensor;
                default -> {
                    // Of no use here.
                }
            }
        }

        private static void readIntegers(ProtoReader reader, List<Long> integers) {
            if (reader.wireType() == ProtoReader.VARINT) {
                addInteger(reader, integers);
                return;
            }
            ProtoReader packed = reader.message("list of integers");
            while (!packed.atEnd()) {
                addInteger(packed, integers);
            }
        }

        /** Of long lists, such as a Constant's, nothing is of use here. */
        private static void addInteger(ProtoReader reader, List<Long> integers) {
            long integer = reader.varint();
            if (integers.size() < MOST_VALUES) {
                integers.add(integer);
            }
        }
    }
}
