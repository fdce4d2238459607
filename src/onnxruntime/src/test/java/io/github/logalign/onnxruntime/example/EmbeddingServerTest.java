package io.github.logalign.onnxruntime.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.onnxruntime.ProbedModelOptions;
import io.github.logalign.probe.LayerProbe;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example: a real model behind HTTP, and what Prometheus and Grafana see of it. */
class EmbeddingServerTest {

    private static final Path DASHBOARD = Path.of("../../docs/grafana-dashboard.json");

    @TempDir
    Path folder;

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return response;
    }

    @Test
    void theMetricsAreThoseOfTheProbes() throws Exception {
        ProbedModelOptions options = ProbedModelOptions.DEFAULT.withRequests(1);
        try (EmbeddingServer server = new EmbeddingServer(0, EmbeddingServer.copyModel(folder), options);
                HttpClient client = HttpClient.newHttpClient();
                ExecutorService clients = Executors.newFixedThreadPool(8)) {
            URI embed = URI.create("http://localhost:" + server.port() + "/embed");
            List<Future<String>> answers = IntStream.range(0, 40).mapToObj(index -> clients.submit(() -> send(client,
                    HttpRequest.newBuilder(embed).POST(BodyPublishers.ofString("A text, number " + index % 5 + ".")))
                    .body())).toList();
            Set<String> different = new HashSet<>();
            long tokens = 0;
            for (int index = 0; index < answers.size(); index++) {
                String answer = answers.get(index).get();
                assertEquals(384, answer.split(",").length);
                different.add(answer);
                tokens += server.pieces().of("A text, number " + index % 5 + ".").length;
            }
            assertEquals(5, different.size());
            String page = pageOnceItShows(tokens, client, server.port());
            for (LayerProbe probe : server.model().probes()) {
                String series = "logalign_lar{layer=\"" + probe.layer() + "\"} ";
                String line = page.lines().filter(each -> each.startsWith(series)).findFirst().orElseThrow();
                assertEquals(probe.snapshot().alignment().lar(), Double.parseDouble(line.substring(series.length())),
                        1e-12);
                if (!probe.layer().startsWith("pooler")) {
                    assertEquals(tokens, probe.snapshot().tokens(), probe.layer());
                }
            }
            assertEquals(Set.of(), missingOnPage(page), "the dashboard asks for series that there are not");
        }
    }

    /** The meters show a snapshot that is up to a second old. */
    private static String pageOnceItShows(long tokens, HttpClient client, int port) throws Exception {
        String series = "logalign_window_tokens{layer=\"encoder.layer.0.output.dense\"} " + tokens + ".0";
        String page = "";
        for (int attempt = 0; attempt < 6000 && page.lines().noneMatch(series::equals); attempt++) {
            LockSupport.parkNanos(10_000_000);
            page = send(client, HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))).body();
        }
        return page;
    }

    /** The names of series in the dashboard's queries that a page lacks. */
    private static Set<String> missingOnPage(String page) throws Exception {
        String dashboard = Files.readString(DASHBOARD, StandardCharsets.UTF_8);
        Matcher queries = Pattern.compile("\"(?:expr|query)\": \"((?:[^\"\\\\]|\\\\.)*)\"").matcher(dashboard);
        Set<String> missing = new TreeSet<>();
        int count = 0;
        while (queries.find()) {
            count++;
            Matcher names = Pattern.compile("logalign_\\w+").matcher(queries.group(1));
            assertTrue(names.find(), queries.group(1));
            do {
                String name = names.group();
                if (page.lines().noneMatch(line -> line.startsWith(name + "{"))) {
                    missing.add(name);
                }
            } while (names.find());
        }
        assertTrue(count >= 5, count + " queries");
        return missing;
    }
}
