package io.github.logalign.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.SvdRoute;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many jobs give the rows that each of them gives alone. */
class BatchScorerTest {

    private static final int TOKENS = 30;

    @TempDir
    Path folder;

    private final Random random = new Random(4);
    private final List<BatchJob> jobs = new ArrayList<>();
    private long memory = Long.MAX_VALUE;

    /** Collects rows by job and part. */
    private static class Rows implements BatchSink {

        final Map<List<Integer>, BatchRow> rows = new ConcurrentHashMap<>();
        final Map<Integer, Integer> planned = new HashMap<>();
        Set<List<Integer>> done = Set.of();

        @Override
        public boolean isDone(int job, int part) {
            return done.contains(List.of(job, part));
        }

        @Override
        public void accept(BatchRow row) {
            assertEquals(null, rows.put(List.of(row.job(), row.part()), row));
        }

        @Override
        public void planned(int job, int layers, int wanted) {
            planned.put(job, wanted);
        }

        BatchRow row(int job, int part) {
            return Objects.requireNonNull(
                    rows.get(List.of(job, part)), () -> "no row of " + job + ", " + part + " in " + rows.keySet());
        }
    }

    private float[] normal(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @BeforeEach
    void files() {
        for (int step = 0; step < 2; step++) {
            new SafetensorsWriter()
                    .add("a.weight", shape(12, 8), normal(96))
                    .add("b.weight", shape(6, 10), normal(60))
                    .write(folder.resolve("w" + step + ".safetensors"));
        }
        for (int dump = 0; dump < 3; dump++) {
            new SafetensorsWriter()
                    .add("a", shape(TOKENS, 8), normal(TOKENS * 8))
                    .add("b", shape(TOKENS, 10), normal(TOKENS * 10))
                    .write(folder.resolve("x" + dump + ".safetensors"));
        }
    }

    private static long[] shape(long... sides) {
        return sides;
    }

    private void job(int weights, @Nullable String tensor, int... dumps) {
        JobFiles activations = JobFiles
                .of(Arrays.stream(dumps).mapToObj(dump -> path("x" + dump)).toArray(String[]::new));
        jobs.add(new BatchJob(jobs.size() + 1, JobFiles.of(path("w" + weights)), tensor, activations, null, null,
                folder.toString(),
                Map.of("step", "" + weights)));
    }

    private String path(String name) {
        return folder.resolve(name + ".safetensors").toString();
    }

    private Rows run(ScoreMethod method) throws InterruptedException {
        Rows rows = new Rows();
        run(method, rows);
        return rows;
    }

    private void run(ScoreMethod method, BatchSink sink) throws InterruptedException {
        new BatchScorer(options(method), Selection.ALL, ReadOptions.DEFAULT, 2, memory).score(jobs, sink);
    }

    /** Products by BLAS: the kernels may become ready at any moment, and change last digits. */
    private static ScoreOptions options(ScoreMethod method) {
        return new ScoreOptions(method, Precision.DOUBLE, SvdRoute.AUTO, NormRoute.AUTO, Products.BLAS);
    }

    private List<LayerScore> alone(int weights, int dump, ScoreMethod method) {
        try (TensorFile w = TensorFile.open(Path.of(path("w" + weights)));
                TensorFile x = TensorFile.open(Path.of(path("x" + dump)))) {
            Scorer scorer = new Scorer(options(method), Masks.NONE);
            List<LayerJob> layers = Plan.of(w, x, Selection.ALL).jobs();
            return layers.stream().map(layer -> scorer.score(layer).row()).toList();
        }
    }

    private static void assertSame(LayerScore expected, BatchRow row) {
        assertEquals(expected.info(), row.score().info());
        assertEquals(expected.outcome(), row.score().outcome());
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void rowsAreThoseOfJobsAlone(ScoreMethod method) throws InterruptedException {
        for (int weights = 0; weights < 2; weights++) {
            for (int dump = 0; dump < 3; dump++) {
                job(weights, null, dump);
            }
        }
        Rows rows = run(method);
        assertEquals(12, rows.rows.size());
        for (BatchJob job : jobs) {
            int weights = (job.number() - 1) / 3;
            List<LayerScore> alone = alone(weights, (job.number() - 1) % 3, method);
            for (int part = 0; part < 2; part++) {
                assertSame(alone.get(part), rows.row(job.number(), part));
                assertEquals(Map.of("step", "" + weights), rows.row(job.number(), part).labels());
            }
        }
    }

    @Test
    void aTensorIsNamedOrFits() throws InterruptedException {
        job(0, "b.weight", 0);
        job(0, "a.*", 0);
        Rows rows = run(ScoreMethod.SVD);
        assertEquals(2, rows.rows.size());
        assertEquals("b", rows.row(1, 0).score().layer());
        assertEquals("a", rows.row(2, 0).score().layer());
    }

    /** The same tokens in one file or in three count alike. */
    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void severalFilesCountAsOne(ScoreMethod method) throws InterruptedException {
        float[] a = normal(3 * TOKENS * 8);
        new SafetensorsWriter().add("a", shape(3 * TOKENS, 8), a).write(folder.resolve("x3.safetensors"));
        for (int part = 0; part < 3; part++) {
            int size = TOKENS * 8;
            new SafetensorsWriter().add("a", shape(TOKENS, 8), Arrays.copyOfRange(a, part * size, (part + 1) * size))
                    .write(folder.resolve("x" + (4 + part) + ".safetensors"));
        }
        job(0, null, 3);
        job(0, null, 4, 5, 6);
        Rows rows = run(method);
        LayerScore whole = rows.row(1, 0).score();
        LayerScore parts = rows.row(2, 0).score();
        assertEquals(whole.scored().orElseThrow().lar(), parts.scored().orElseThrow().lar(), 1e-13);
        assertEquals(whole.findings().orElseThrow().tokens(), parts.findings().orElseThrow().tokens());
        assertTrue(String.valueOf(parts.info().activation()).contains("and 2 others"));
    }

    @Test
    void aBadJobCostsARow() throws InterruptedException {
        job(0, null, 0);
        job(7, null, 0);
        job(0, "missing", 0);
        job(0, null, 0, 9);
        new SafetensorsWriter().add("b", shape(TOKENS, 10), normal(TOKENS * 10))
                .write(folder.resolve("x4.safetensors"));
        job(0, null, 0, 4);
        Rows rows = run(ScoreMethod.SVD);
        assertEquals(2 + 4, rows.rows.size());
        for (int job = 2; job <= 5; job++) {
            LayerScore bad = rows.row(job, BatchRow.WHOLE_JOB).score();
            assertInstanceOf(Outcome.Failed.class, bad.outcome());
        }
        assertTrue(reason(rows, 2).contains("w7.safetensors"), reason(rows, 2));
        assertTrue(reason(rows, 3).contains("missing"), reason(rows, 3));
        assertTrue(reason(rows, 4).contains("x9.safetensors"), reason(rows, 4));
        assertTrue(reason(rows, 5).contains("holds no activations of \"a\""), reason(rows, 5));
    }

    private static String reason(Rows rows, int job) {
        return rows.row(job, BatchRow.WHOLE_JOB).score().reason().orElseThrow();
    }

    @Test
    void whatIsDoneIsLeftOut() throws InterruptedException {
        job(0, null, 0);
        job(1, null, 1);
        Rows rows = new Rows();
        rows.done = Set.of(List.of(1, BatchRow.WHOLE_JOB), List.of(2, 0));
        run(ScoreMethod.SVD, rows);
        assertEquals(Set.of(List.of(2, 1)), rows.rows.keySet());
        assertEquals(Map.of(2, 1), rows.planned);
    }

    /** A layer that did not change from one checkpoint to the next, and one that several dumps are of. */
    @Test
    void oneWeightIsFactorisedOnce() throws InterruptedException {
        float[] frozen = normal(96);
        for (int step = 8; step < 10; step++) {
            new SafetensorsWriter().add("a.weight", shape(12, 8), frozen).add("b.weight", shape(6, 10), normal(60))
                    .write(folder.resolve("w" + step + ".safetensors"));
        }
        float[] almost = frozen.clone();
        almost[50]++;
        new SafetensorsWriter().add("a.weight", shape(12, 8), almost).write(folder.resolve("w7.safetensors"));
        job(8, null, 0);
        job(9, null, 1);
        job(7, "a.weight", 0);
        job(9, null, 2);
        try (BatchWindow window = new BatchWindow(options(ScoreMethod.SVD), Selection.ALL, ReadOptions.DEFAULT,
                new Rows())) {
            jobs.forEach(window::plan);
            assertEquals(List.of(3, 1, 2, 1), window.layers().stream().map(layer -> layer.rows().size()).toList());
        }
        Rows rows = run(ScoreMethod.SVD);
        assertEquals(7, rows.rows.size());
        assertSame(alone(9, 1, ScoreMethod.SVD).getFirst(), rows.row(2, 0));
        assertSame(alone(9, 2, ScoreMethod.SVD).getFirst(), rows.row(4, 0));
        assertSame(alone(7, 0, ScoreMethod.SVD).getFirst(), rows.row(3, 0));
    }

    @Test
    void aBadWeightIsNamedWhereItIs() throws InterruptedException {
        float[] bad = normal(96);
        bad[17] = Float.NaN;
        for (int step = 8; step < 10; step++) {
            new SafetensorsWriter().add("a.weight", shape(12, 8), bad)
                    .write(folder.resolve("w" + step + ".safetensors"));
            job(step, "a.weight", 0);
        }
        Rows rows = run(ScoreMethod.SVD);
        for (int job = 1; job <= 2; job++) {
            String reason = rows.row(job, 0).score().reason().orElseThrow();
            assertTrue(reason.contains("w" + (7 + job) + ".safetensors"), reason);
        }
    }

    /** What is not scored because the thread was interrupted has no row, and is scored the next time. */
    @Test
    void anInterruptFailsNoJob() throws InterruptedException {
        job(0, null, 0);
        Rows rows = new Rows();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> run(ScoreMethod.SVD, rows));
        try (BatchWindow window = new BatchWindow(options(ScoreMethod.SVD), Selection.ALL, ReadOptions.DEFAULT, rows)) {
            Thread.currentThread().interrupt();
            window.plan(jobs.getFirst());
            assertTrue(Thread.interrupted());
        }
        assertEquals(Map.of(), rows.rows);
        assertEquals(Map.of(), rows.planned);
        run(ScoreMethod.SVD, rows);
        assertEquals(2, rows.rows.size());
    }

    /** Layers of little memory wait for each other; one that needs more than there is gets no result. */
    @Test
    void memoryIsDivided() throws InterruptedException {
        new SafetensorsWriter().add("a.weight", shape(4000, 2000), new float[8_000_000])
                .write(folder.resolve("w7.safetensors"));
        new SafetensorsWriter().add("a", shape(1, 2000), new float[2000]).write(folder.resolve("x7.safetensors"));
        for (int dump = 0; dump < 3; dump++) {
            job(0, null, dump);
        }
        job(7, null, 7);
        memory = 40_000_000;
        Rows rows = run(ScoreMethod.SVD);
        assertEquals(7, rows.rows.size());
        assertSame(alone(0, 2, ScoreMethod.SVD).get(1), rows.row(3, 1));
        String reason = rows.row(4, 0).score().reason().orElseThrow();
        assertTrue(reason.contains("takes about 192 MB of memory, and 40 MB are allowed"), reason);
    }

    @Test
    void aSinkThatFailsEndsTheBatch() {
        job(0, null, 0);
        Rows full = new Rows() {
            @Override
            public void accept(BatchRow row) {
                throw new LogalignException("the disk is full");
            }
        };
        assertEquals("the disk is full",
                assertThrows(LogalignException.class, () -> run(ScoreMethod.SVD, full)).getMessage());
    }

    /** A tensor's part for each of two ranks, along an axis. */
    private void ranks(String name, double[][] values, int axis) {
        int rows = values.length;
        int columns = values[0].length;
        for (int rank = 0; rank < 2; rank++) {
            int first = axis == 0 ? rank * rows / 2 : 0;
            int end = axis == 0 && rank == 0 ? rows / 2 : rows;
            int left = axis == 1 ? rank * columns / 2 : 0;
            int right = axis == 1 && rank == 0 ? columns / 2 : columns;
            double[] part = Arrays.stream(values, first, end)
                    .flatMapToDouble(row -> Arrays.stream(row, left, right)).toArray();
            new SafetensorsWriter().add("t", shape(end - first, right - left), part)
                    .write(folder.resolve(name + "-rank" + rank + ".safetensors"));
        }
    }

    private static double[] flat(double[][] values) {
        return Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
    }

    private double[][] matrix(int rows, int columns) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            Arrays.setAll(row, _ -> random.nextGaussian());
        }
        return values;
    }

    /** Column-parallel layers divide W along its outputs; row-parallel ones W and X along the inputs. */
    @ParameterizedTest
    @CsvSource({"0,", "1, 1", ", 1", "0, 0"})
    void joinedFilesAreAsOne(@Nullable Integer weightsAxis, @Nullable Integer activationsAxis) throws Exception {
        double[][] w = matrix(9, 7);
        double[][] x = matrix(TOKENS, 7);
        new SafetensorsWriter().add("t", shape(9, 7), flat(w)).write(folder.resolve("w-whole.safetensors"));
        new SafetensorsWriter().add("t", shape(TOKENS, 7), flat(x)).write(folder.resolve("x-whole.safetensors"));
        if (weightsAxis != null) {
            ranks("w", w, weightsAxis);
        }
        if (activationsAxis != null) {
            ranks("x", x, activationsAxis);
        }
        jobs.clear();
        jobs.add(new BatchJob(1, JobFiles.of(path("w-whole")), "t", JobFiles.of(path("x-whole")), null, null, "",
                Map.of()));
        jobs.add(
                new BatchJob(2, joined("w", weightsAxis), "t", joined("x", activationsAxis), null, null, "", Map.of()));
        Rows rows = run(ScoreMethod.SVD);
        LayerScore whole = rows.row(1, 0).score();
        LayerScore joined = rows.row(2, 0).score();
        assertEquals(whole.outcome(), joined.outcome());
        assertEquals(weightsAxis == null ? path("w-whole") : path("w-rank0") + " and 1 other",
                joined.info().weight().file());
        assertEquals(activationsAxis == null ? path("x-whole") : path("x-rank0") + " and 1 other",
                Objects.requireNonNull(joined.info().activation()).file());
    }

    private JobFiles joined(String name, @Nullable Integer axis) {
        return axis == null
                ? JobFiles.of(path(name + "-whole"))
                : new JobFiles(List.of(path(name + "-rank0"), path(name + "-rank1")), axis);
    }

    @Test
    void partsThatDoNotFitAreSaid() throws Exception {
        ranks("w", matrix(8, 6), 0);
        new SafetensorsWriter().add("t", shape(4, 5), new double[20]).write(folder.resolve("w-rank1.safetensors"));
        new SafetensorsWriter().add("t", shape(TOKENS, 6), flat(matrix(TOKENS, 6)))
                .write(folder.resolve("x-whole.safetensors"));
        jobs.clear();
        jobs.add(new BatchJob(1, joined("w", 0), "t", joined("x", null), null, null, "", Map.of()));
        LayerScore row = run(ScoreMethod.SVD).row(1, 0).score();
        String reason = row.reason().orElseThrow();
        assertTrue(reason.contains("w-rank1.safetensors is F64 [4, 5]"), reason);
        assertTrue(reason.contains("along the axis in which they differ"), reason);
    }

    @ParameterizedTest
    @CsvSource({"2,", ", 2", "2, 3"})
    void anAxisThatIsNotThereIsSaid(@Nullable Integer weightsAxis, @Nullable Integer activationsAxis) throws Exception {
        for (String name : List.of("w", "x")) {
            double[][] whole = matrix(TOKENS, 6);
            ranks(name, whole, 0);
            new SafetensorsWriter().add("t", shape(TOKENS, 6), flat(whole))
                    .write(folder.resolve(name + "-whole.safetensors"));
        }
        jobs.clear();
        jobs.add(
                new BatchJob(1, joined("w", weightsAxis), "t", joined("x", activationsAxis), null, null, "", Map.of()));
        LayerScore row = run(ScoreMethod.SVD).row(1, 0).score();
        assertInstanceOf(Outcome.Missing.class, row.outcome());
        assertTrue(row.reason().orElseThrow().contains("it has 2 dimensions, so there is no axis"), row::toString);
    }

    @Test
    void masksOfJoinedFilesHaveToAgree() throws Exception {
        double[][] w = matrix(8, 6);
        double[][] x = matrix(TOKENS, 6);
        new SafetensorsWriter().add("t", shape(8, 6), flat(w)).write(folder.resolve("w-whole.safetensors"));
        double[] mask = new double[TOKENS];
        Arrays.fill(mask, 5, TOKENS, 1);
        jobs.clear();
        for (int job = 1; job <= 2; job++) {
            for (int rank = 0; rank < 2; rank++) {
                int left = 3 * rank;
                double[] part = Arrays.stream(x).flatMapToDouble(row -> Arrays.stream(row, left, left + 3)).toArray();
                double[] itsMask = mask.clone();
                itsMask[0] = job == 2 && rank == 1 ? 1 : 0;
                new SafetensorsWriter().add("t", shape(TOKENS, 3), part).add("mask", shape(TOKENS), itsMask)
                        .write(folder.resolve("x" + job + "-rank" + rank + ".safetensors"));
            }
            jobs.add(new BatchJob(job, joined("w", null), "t", joined("x" + job, 1), null, ":mask", folder.toString(),
                    Map.of()));
        }
        Rows rows = run(ScoreMethod.SVD);
        assertInstanceOf(Outcome.Scored.class, rows.row(1, 0).score().outcome());
        String reason = rows.rows.values().stream().filter(row -> row.job() == 2).findFirst().orElseThrow().score()
                .reason()
                .orElseThrow();
        assertTrue(reason.contains("it differs in x2-rank1.safetensors"), reason);
    }

    /** What numpy writes of a transposed array. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void partsInFortranOrderAreJoined(int axis) throws Exception {
        double[][] w = matrix(8, 6);
        new SafetensorsWriter().add("t", shape(TOKENS, 6), flat(matrix(TOKENS, 6)))
                .write(folder.resolve("x-whole.safetensors"));
        new SafetensorsWriter().add("t", shape(8, 6), flat(w)).write(folder.resolve("w-whole.safetensors"));
        List<String> parts = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int rows = axis == 0 ? 4 : 8;
            int columns = axis == 1 ? 3 : 6;
            int top = axis == 0 ? 4 * rank : 0;
            int left = axis == 1 ? 3 * rank : 0;
            String header = "{'descr': '<f8', 'fortran_order': True, 'shape': (%d, %d), }".formatted(rows, columns);
            header += " ".repeat(117 - header.length()) + "\n";
            ByteBuffer file = ByteBuffer.allocate(128 + 8 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
            file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0)
                    .putShort((short) 118).put(header.getBytes(StandardCharsets.US_ASCII));
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < rows; row++) {
                    file.putDouble(w[top + row][left + column]);
                }
            }
            Path part = folder.resolve("f" + rank + ".npy");
            Files.write(part, file.array());
            parts.add(part.toString());
        }
        jobs.clear();
        jobs.add(new BatchJob(1, joined("w", null), "t", joined("x", null), null, null, "", Map.of()));
        jobs.add(new BatchJob(2, new JobFiles(parts, axis), null, joined("x", null), null, null, "", Map.of()));
        Rows rows = run(ScoreMethod.SVD);
        Outcome.Scored whole = rows.row(1, 0).score().scored().orElseThrow();
        Outcome.Scored joined = rows.row(2, 0).score().scored().orElseThrow();
        assertEquals(whole.lar(), joined.lar(), 1e-14);
    }
}
