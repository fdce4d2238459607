package io.github.logalign.onnxruntime.example;

import ai.onnxruntime.OrtException;
import io.github.logalign.onnxruntime.ProbedModelOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** What probes cost: requests a second with them and without, in turn, from eight clients on this machine. */
final class ServiceLoad {

    private static final int CLIENTS = 8;
    private static final String WORDS = "the model reads a text and gives numbers that stand for what it means or seems"
            + " to mean while a probe watches how its layers line up with what goes into them";

    private ServiceLoad() {}

    /**
     * Measures.
     *
     * @param args how many pairs, and the seconds of each half of a pair
     * @throws IOException if there is no port, or a request fails
     * @throws OrtException if the model is refused
     * @throws InterruptedException never
     */
    public static void main(String[] args) throws IOException, OrtException, InterruptedException {
        int pairs = Integer.parseInt(args[0]);
        Duration time = Duration.ofSeconds(Long.parseLong(args[1]));
        Path folder = Files.createTempDirectory("service-load");
        Path model = EmbeddingServer.copyModel(folder);
        // A layer that no request watches, as far as anyone will see.
        ProbedModelOptions without = ProbedModelOptions.DEFAULT.withRequests(Double.MIN_VALUE);
        double[] ratios = new double[pairs];
        try (EmbeddingServer plain = new EmbeddingServer(0, model, without);
                EmbeddingServer probed = new EmbeddingServer(0, model, ProbedModelOptions.DEFAULT)) {
            run(plain.port(), Duration.ofSeconds(5));
            run(probed.port(), Duration.ofSeconds(5));
            for (int pair = 0; pair < pairs; pair++) {
                boolean plainFirst = pair % 2 == 0;
                double first = run(plainFirst ? plain.port() : probed.port(), time);
                double second = run(plainFirst ? probed.port() : plain.port(), time);
                double withProbes = plainFirst ? second : first;
                double withoutProbes = plainFirst ? first : second;
                ratios[pair] = withProbes / withoutProbes;
                System.out.printf(Locale.ROOT, "pair %d: %.1f requests a second without probes, %.1f with: %.3f%n",
                        pair + 1, withoutProbes, withProbes, ratios[pair]);
            }
            long tokens = probed.model().probes().getFirst().snapshot().counts().recorded();
            Arrays.sort(ratios);
            System.out.printf(Locale.ROOT, "median %.3f, from %.3f to %.3f; %d tokens recorded a layer%n",
                    ratios[pairs / 2], ratios[0], ratios[pairs - 1], tokens);
        } finally {
            Files.delete(model);
            Files.delete(folder);
        }
    }

    private static double run(int port, Duration time) throws InterruptedException {
        AtomicLong requests = new AtomicLong();
        AtomicLong failures = new AtomicLong();
        long end = System.nanoTime() + time.toNanos();
        try (HttpClient client = HttpClient.newHttpClient();
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Runnable> loops = new ArrayList<>();
            for (int index = 0; index < CLIENTS; index++) {
                Random random = new Random(index);
                loops.add(() -> {
                    while (System.nanoTime() < end) {
                        if (isAnswered(client, port, text(random))) {
                            requests.incrementAndGet();
                        } else {
                            failures.incrementAndGet();
                        }
                    }
                });
            }
            loops.forEach(clients::execute);
        }
        if (failures.get() > 0) {
            throw new IllegalStateException(failures + " requests failed");
        }
        return requests.get() * 1e9 / time.toNanos();
    }

    private static boolean isAnswered(HttpClient client, int port, String text) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/embed"))
                    .POST(BodyPublishers.ofString(text)).build();
            return client.send(request, BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException failed) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** 20 to 60 words. */
    private static String text(Random random) {
        String[] words = WORDS.split(" ", -1);
        StringBuilder text = new StringBuilder();
        for (int count = 20 + random.nextInt(41); count > 0; count--) {
            text.append(words[random.nextInt(words.length)]).append(' ');
        }
        return text.toString();
    }
}
