package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The packaged command on real models with reference values: every layer, method, precision and vector width of the
 * CPU.
 */
class ReferenceIT {

    @TempDir
    Path folder;

    private static Path sample() {
        return Needs.sample();
    }

    /** The vector widths of this CPU; the tests of the kernels cover every width. */
    private static List<String> widths() {
        List<String> widths = Stream.of("0", "128", "256", "512")
                .filter(width -> new Command().with("LOGALIGN_SIMD", width).run("doctor").code() == 0)
                .toList();
        assertTrue(widths.containsAll(List.of("0", "128")), widths::toString);
        return widths;
    }

    /** Everything at the widest; at the others what runs the most kernels, since each run takes a process a file. */
    static Stream<Arguments> runs() {
        List<Arguments> runs = new ArrayList<>();
        List<String> widths = widths();
        for (String width : widths.subList(0, widths.size() - 1)) {
            runs.add(Arguments.of("svd", "double", width));
            runs.add(Arguments.of("norm", "single", width));
        }
        for (String method : List.of("svd", "gram", "auto", "norm")) {
            for (String precision : List.of("double", "single")) {
                runs.add(Arguments.of(method, precision, widths.getLast()));
            }
        }
        return runs.stream();
    }

    /** The layers of one pair of files, which one run scores. */
    private record Pair(String weights, String activations) {}

    private static Map<Pair, List<Map<String, Object>>> expected() throws IOException {
        Map<Pair, List<Map<String, Object>>> pairs = new LinkedHashMap<>();
        for (Map<String, Object> layer : Json.layers(Files.readString(sample().resolve("expected.json")))) {
            Pair pair = new Pair(
                    String.valueOf(layer.get("weights")), String.valueOf(layer.get("activations")));
            pairs.computeIfAbsent(pair, first -> new ArrayList<>()).add(layer);
        }
        return pairs;
    }

    @ParameterizedTest(name = "{0} in {1} precision at {2} bits")
    @MethodSource("runs")
    void everyLayerMatchesTheReference(String method, String precision, String width) throws IOException {
        boolean single = precision.equals("single");
        int layers = 0;
        for (Map.Entry<Pair, List<Map<String, Object>>> pair : expected().entrySet()) {
            Path spectra = folder.resolve("spectra-" + layers);
            List<String> args = new ArrayList<>(List.of(
                    "score", "--weights", sample().resolve(pair.getKey().weights()).toString(), "--activations",
                    sample().resolve(pair.getKey().activations()).toString(), "--method", method, "--precision",
                    precision,
                    "--format", "json", "--quiet"));
            if (!method.equals("norm")) {
                args.addAll(List.of("--spectra", spectra.toString()));
            }
            Command.Result result = new Command().with("LOGALIGN_SIMD", width).run(args.toArray(String[]::new));
            assertEquals(0, result.code(), () -> String.join("\n", result.err()));
            assertTrue(result.out().contains(width + " bits"), "the environment reports the width");
            Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
            Json.layers(result.out()).forEach(row -> rows.put(String.valueOf(row.get("activation")), row));
            for (Map<String, Object> layer : pair.getValue()) {
                Map<String, Object> row = Objects.requireNonNull(rows.get(String.valueOf(layer.get("activation_key"))));
                String id = String.valueOf(layer.get("id"));
                assertEquals(layer.get("weight_key"), row.get("tensor"));
                double error = Math.abs(Json.number(row, "lar") - Json.number(layer, "lar_svd"));
                assertTrue(error <= (single ? 1e-5 : 1e-9), () -> id + ": LAR is off by " + error);
                assertTrue(error <= Json.number(row, "larErrorEstimate") + 1e-15, () -> id + ": more than estimated");
                if (!method.equals("norm") && !single) {
                    Path files = spectra.resolve(String.valueOf(row.get("layer")));
                    compare(sample().resolve(String.valueOf(layer.get("p_file"))), files + ".p.npy", 1e-10);
                    compare(
                            sample().resolve(String.valueOf(layer.get("q_file"))), files + ".q.npy",
                            Json.number(layer, "q_tol"));
                }
                layers++;
            }
        }
        assertTrue(layers >= 28, "all layers were compared");
    }

    private static void compare(Path expectedFile, String gotFile, double tolerance) {
        try (TensorFile expected = TensorFile.open(expectedFile);
                TensorFile got = TensorFile.open(Path.of(gotFile))) {
            Tensor e = expected.tensor("");
            Tensor g = got.tensor("");
            assertEquals(e.elements(), g.elements());
            double[] es = values(e);
            double[] gs = values(g);
            for (int i = 0; i < es.length; i++) {
                assertEquals(es[i], gs[i], tolerance, gotFile + " at " + i);
            }
        }
    }

    private static double[] values(Tensor tensor) {
        return tensor.bytes().toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
    }
}
