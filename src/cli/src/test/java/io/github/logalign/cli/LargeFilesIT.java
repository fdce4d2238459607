package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files larger than 2 GB, and the memory needed for a large head. */
class LargeFilesIT {

    /** The time between two samples of the memory of a process. */
    private static final long PAUSE_MILLIS = 5;

    @TempDir
    Path folder;

    @Test
    void dataBeyondTwoGigabytesAtAnOddOffset() throws IOException {
        int columns = 64;
        int rows = 3_000_000;
        float[] tail = new float[40 * columns];
        Random random = new Random(1);
        for (int i = 0; i < tail.length; i++) {
            tail[i] = (float) random.nextGaussian();
        }
        float[] x = new float[30 * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Path sparse = folder.resolve("sparse.safetensors");
        HugeFiles.sparse(sparse, 9_700_000, rows, columns, tail);
        assertTrue(Files.size(sparse) > 3_000_000_000L);
        Path small = folder.resolve("small.safetensors");
        new SafetensorsWriter().add("w.weight", new long[]{40, columns}, tail).write(small);
        Path activations = folder.resolve("x.safetensors");
        new SafetensorsWriter().add("w", new long[]{30, columns}, x).write(activations);
        for (String method : List.of("svd", "gram", "norm")) {
            Map<String, Object> huge = score(sparse, activations, method);
            Map<String, Object> same = score(small, activations, method);
            assertEquals(Json.number(same, "lar"), Json.number(huge, "lar"), 1e-13, method);
        }
    }

    private static Map<String, Object> score(Path weights, Path activations, String method) {
        Result result = new Command().run(
                "score", "--weights", weights.toString(), "--tensor", "w.weight", "--activations",
                activations.toString(),
                "--method", method, "--format", "json", "--quiet");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        return Json.layers(result.out()).getFirst();
    }

    /** 151,936 x 2,048 in BF16 with 4,096 tokens; the formulas are those of the README, MB 10^6 bytes. */
    @ParameterizedTest(name = "{0}: {1} n² + {2} MB")
    @CsvSource({"gram, 3, 130", "svd, 5, 110"})
    void aLargeHeadNeedsNoMoreMemoryThanDocumented(String method, int squares, int megabytes) throws Exception {
        long promised = squares * 2_048L * 2_048 * Double.BYTES + megabytes * 1_000_000L;
        Needs.proc();
        Path weights = folder.resolve("head.safetensors");
        HugeFiles.bf16(weights, "lm_head.weight", 151_936, 2_048, 7);
        Path activations = folder.resolve("dump.safetensors");
        HugeFiles.bf16(activations, "lm_head", 4_096, 2_048, 8);
        Path out = folder.resolve("out");
        Process process = new Command().start(
                out, folder.resolve("err"), "score", "--weights", weights.toString(), "--activations",
                activations.toString(), "--method", method, "--format", "json", "--quiet", "--threads", "1");
        long peak = 0;
        List<Long> samples = new ArrayList<>();
        while (process.isAlive()) {
            long anonymous = anonymousBytes(process.pid());
            samples.add(anonymous);
            peak = Math.max(peak, anonymous);
            Thread.sleep(PAUSE_MILLIS);
        }
        assertEquals(0, process.exitValue(), Files.readString(folder.resolve("err")));
        assertTrue(samples.size() > 20, "the memory was sampled");
        long peakBytes = peak;
        System.out.printf("peak RssAnon of a 151,936 x 2,048 head by %s: %d MB%n", method, peakBytes / 1_000_000);
        assertTrue(peakBytes <= promised, () -> method + " took " + peakBytes / 1_000_000 + " MB");
        Map<String, Object> row = Json.layers(Files.readString(out)).getFirst();
        assertEquals("ok", row.get("status"));
        assertEquals(0.5, Json.number(row, "lar"), 0.01);
    }

    private static long anonymousBytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }
}
