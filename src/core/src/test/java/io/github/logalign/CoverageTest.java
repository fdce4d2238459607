package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How often the interval covers the true LAR, where documents are of unequal length and their tokens have most of their energy
 * in common: by documents, and as if tokens were independent. The profile statistics repeats it 2,000 times and leaves the
 * table of docs/statistics.md in target/statistics.
 */
@Tag("statistics")
class CoverageTest {

    private static final int RUNS = Math.max(300, Integer.getInteger("logalign.statistics.runs", 0));

    private static final int[] COUNTS = {8, 16, 32, 64, 256};

    /** The number of documents for which a range is promised. */
    private static final int PROMISED = 64;

    /** What was found for a number of documents. */
    private record Found(int documents, double byDocuments, double byTokens, double width) {

        String line() {
            return String.format(Locale.ROOT, "| %d | %.1f %% | %.1f %% | %.4f |", documents, 100 * byDocuments,
                    100 * byTokens, width);
        }
    }

    private static Found run(int count) {
        double truth = Documents.trueLar();
        int byDocuments = 0;
        int byTokens = 0;
        double width = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            Documents documents = Documents.of(count, 1_000_003L * count + seed);
            Interval right = interval(documents, TokenGroups.of(documents.document()));
            int tokens = documents.document().length;
            Interval naive = interval(documents, TokenGroups.consecutive(tokens, tokens));
            byDocuments += covers(right, truth) ? 1 : 0;
            byTokens += covers(naive, truth) ? 1 : 0;
            width += right.halfWidth() / RUNS;
        }
        return new Found(count, (double) byDocuments / RUNS, (double) byTokens / RUNS, width);
    }

    private static Interval interval(Documents documents, TokenGroups groups) {
        Matrix w = documents.weightMatrix();
        AlignmentSums sums = AlignmentSums.of(w);
        sums.add(documents.inputs(), null, groups);
        return sums.uncertainty().orElseThrow().lar(Interval.LEVEL).orElseThrow();
    }

    private static boolean covers(Interval interval, double truth) {
        return interval.low() <= truth && truth <= interval.high();
    }

    @Test
    void intervalsByDocumentsCoverTheTruthAndThoseByTokensDoNot() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "## Intervals of LAR",
                "",
                "How often the 95 % interval covers the true LAR, in " + RUNS
                        + " simulations each of documents of 4 to 64",
                "tokens that have 60 % of their energy in common within a document.",
                "",
                "| documents | interval by documents | as if tokens were independent | half its width, by documents |",
                "| --- | --- | --- | --- |"));
        for (int count : COUNTS) {
            Found found = run(count);
            lines.add(found.line());
            // Four standard deviations of what so many runs count.
            double noise = RUNS >= 2000 ? 0 : 4 * Math.sqrt(0.95 * 0.05 / RUNS);
            if (count == PROMISED) {
                assertTrue(found.byDocuments() >= 0.93 - noise && found.byDocuments() <= 0.97 + noise, found.line());
            }
            assertTrue(found.byTokens() < 0.8, found.line());
        }
        Path folder = Files.createDirectories(Path.of("target/statistics"));
        Files.write(folder.resolve("coverage.md"), lines);
        System.out.println(String.join("\n", lines) + "\n" + RUNS + " runs, documents " + Arrays.toString(COUNTS));
    }
}
