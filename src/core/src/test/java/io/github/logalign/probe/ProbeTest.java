package io.github.logalign.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Probes under live traffic: what they sample, forget and count, from one thread and from many. */
class ProbeTest {

    private static final int M = 20;
    private static final int N = 12;

    private final Random random = new Random(11);
    private final double[] w = normal(M * N);
    private final Matrix weights = Matrix.of(w, M, N);

    private double[] normal(int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }

    /** A batch and its outputs. */
    private record Batch(Matrix x, Matrix z) {}

    private Batch batch(int tokens) {
        double[] x = normal(tokens * N);
        double[] z = new double[tokens * M];
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < M; i++) {
                for (int j = 0; j < N; j++) {
                    z[t * M + i] += w[i * N + j] * x[t * N + j];
                }
            }
        }
        return new Batch(Matrix.of(x, tokens, N), Matrix.of(z, tokens, M));
    }

    private static ProbeOptions everything() {
        return ProbeOptions.DEFAULT.withSampling(1).withWindow(ProbeWindow.EVERYTHING);
    }

    private OutputsProbe outputs(ProbeOptions options) {
        return LayerProbe.ofOutputs("layer", AlignmentSums.of(weights), options);
    }

    @Test
    void allTokensAreWhatTheOfflineScoreIs() {
        Batch batch = batch(50);
        OutputsProbe probe = outputs(everything());
        boolean[] counting = new boolean[50];
        for (int t = 0; t < 50; t += 3) {
            counting[t] = true;
        }
        TokenMask mask = TokenMask.of(counting);
        assertTrue(probe.record(batch.x, batch.z, null));
        assertTrue(probe.record(batch.x, batch.z, mask));
        AlignmentSums offline = AlignmentSums.of(weights);
        offline.add(batch.x, batch.z, null);
        offline.add(batch.x, batch.z, mask);
        ProbeSnapshot snapshot = probe.snapshot();
        assertEquals(offline.alignment().lar(), snapshot.alignment().lar(), 1e-12);
        assertEquals(67, snapshot.tokens());
        assertEquals(new ProbeCounts(100, 67, 0, 33, 0, 0, 0, 0), snapshot.counts());
        assertEquals("layer", snapshot.layer());
    }

    @Test
    void inputsAloneGiveTheSpectrum() {
        Batch batch = batch(300);
        try (Arena arena = Arena.ofShared()) {
            WeightSpectrum spectrum = WeightSpectrum.of(weights, arena);
            SpectrumProbe probe = LayerProbe.ofSpectrum("layer", spectrum, everything());
            for (int first = 0; first < 300; first += 20) {
                assertTrue(probe.record(batch.x.rows(first, 20), null));
            }
            ProbeSnapshot snapshot = probe.snapshot();
            assertEquals(300, snapshot.tokens());
            assertEquals(spectrum.alignment(spectrum.project(batch.x)).lar(), snapshot.alignment().lar(), 1e-12);
            assertEquals(300, Objects.requireNonNull(snapshot.activations()).tokens());
            assertEquals(300, snapshot.counts().recorded());
        }
    }

    @Test
    void aTokenIsDrawnWhereverItStands() {
        TokenSample sample = new TokenSample(0.125, 5);
        int batches = 20_000;
        int tokens = 37;
        int[] drawn = new int[tokens];
        int pairs = 0;
        for (int batch = 0; batch < batches; batch++) {
            TokenMask mask = sample.next(tokens, null).counting();
            boolean before = false;
            for (int t = 0; t < tokens; t++) {
                boolean now = mask != null && mask.counts(t);
                drawn[t] += now ? 1 : 0;
                pairs += now && before ? 1 : 0;
                before = now;
            }
        }
        double deviation = Math.sqrt(batches * 0.125 * 0.875);
        for (int t = 0; t < tokens; t++) {
            assertEquals(batches * 0.125, drawn[t], 5 * deviation, "token " + t);
        }
        double expected = batches * (tokens - 1.0) / 64;
        assertEquals(expected, pairs, 6 * Math.sqrt(expected));
    }

    @Test
    void drawsDependOnTheSeedOnly() {
        assertEquals(drawn(3), drawn(3));
        assertFalse(drawn(3).equals(drawn(4)));
    }

    private static List<Long> drawn(long seed) {
        TokenSample sample = new TokenSample(0.3, seed);
        List<Long> tokens = new ArrayList<>();
        for (int batch = 0; batch < 10; batch++) {
            TokenMask mask = Objects.requireNonNull(sample.next(50, null).counting());
            for (long t = mask.nextCounting(0); t < 50; t = mask.nextCounting(t + 1)) {
                tokens.add(batch * 50L + t);
            }
        }
        return tokens;
    }

    @Test
    void aSampleWithAMaskKeepsToTheMask() {
        BitSet even = new BitSet();
        for (int t = 0; t < 100; t += 2) {
            even.set(t);
        }
        TokenSample sample = new TokenSample(0.5, 1);
        for (int i = 0; i < 50; i++) {
            TokenSample.Drawn drawn = sample.next(100, TokenMask.of(even, 100));
            TokenMask counting = Objects.requireNonNull(drawn.counting());
            assertTrue(drawn.drawn() > counting.counting());
            for (long t = counting.nextCounting(0); t < 100; t = counting.nextCounting(t + 1)) {
                assertEquals(0, t % 2);
            }
        }
    }

    @Test
    void aWindowOfTokensForgetsTheOldest() {
        ProbeWindow window = ProbeWindow.lastTokens(80);
        OutputsProbe probe = outputs(everything().withWindow(window));
        for (int i = 0; i < 20; i++) {
            probe.record(batch(10).x, batch(10).z, null);
        }
        long held = probe.snapshot().tokens();
        assertTrue(held >= 70 && held <= 80, held + " tokens");
        assertEquals(200, probe.snapshot().counts().recorded());
    }

    @Test
    void aWindowOfTimeForgetsTheOldest() {
        AtomicLong now = new AtomicLong(-5_000);
        ProbeOptions options = everything().withWindow(new ProbeWindow(ProbeWindow.Kind.TIME, 800, 8));
        OutputsProbe probe = new OutputsProbe("layer", AlignmentSums.of(weights), options, now::get);
        Batch batch = batch(10);
        for (int i = 0; i < 20; i++) {
            probe.record(batch.x, batch.z, null);
            now.addAndGet(100);
        }
        // The newest pane has begun and is empty.
        assertEquals(70, probe.snapshot().tokens());
        now.addAndGet(10_000);
        assertEquals(0, probe.snapshot().tokens());
        assertFalse(probe.snapshot().alignment().isDefined());
    }

    @Test
    void aSlowThreadDoesNotUndoAWindow() {
        Panes<List<Integer>> panes = new Panes<>(4, ArrayList::new, List::clear);
        panes.of(9).add(1);
        panes.of(5).add(2);
        List<Integer> held = new ArrayList<>();
        panes.upTo(9, held::addAll);
        assertEquals(List.of(1, 2), held);
    }

    @Test
    void newWeightsBeginNewWindows() {
        OutputsProbe probe = outputs(everything());
        Batch batch = batch(10);
        OutputsProbe.Recorder before = probe.recorder();
        before.record(batch.x, batch.z, null);
        double[] twice = w.clone();
        twice[0] += 1;
        probe.replaceWeights(AlignmentSums.of(Matrix.of(twice, M, N)));
        assertEquals(0, probe.snapshot().tokens());
        assertFalse(before.record(batch.x, batch.z, null));
        ProbeSnapshot snapshot = probe.snapshot();
        assertEquals(0, snapshot.tokens());
        assertEquals(1, snapshot.generation());
        assertEquals(10, snapshot.counts().stale());
        assertEquals(20, snapshot.counts().offered());
    }

    @Test
    @SuppressWarnings("MustBeClosed") // it is closed before the end, which is what is tested
    void theArenaOfReplacedVectorsMayBeClosed() {
        Batch batch = batch(40);
        Arena first = Arena.ofShared();
        try (Arena second = Arena.ofShared()) {
            SpectrumProbe probe = LayerProbe.ofSpectrum("layer", WeightSpectrum.of(weights, first), everything());
            SpectrumProbe.Recorder before = probe.recorder();
            before.record(batch.x, null);
            probe.replaceWeights(WeightSpectrum.of(weights, SpectrumOptions.DEFAULT, second));
            first.close();
            assertFalse(before.record(batch.x, null));
            assertTrue(probe.record(batch.x, null));
            assertEquals(40, probe.snapshot().tokens());
            assertEquals(1, probe.snapshot().generation());
        }
    }

    @Test
    void whatIsTooMuchForOneCallIsDroppedWhole() {
        OutputsProbe probe = outputs(everything().withMaxTokens(9));
        Batch batch = batch(10);
        assertFalse(probe.record(batch.x, batch.z, null));
        assertTrue(probe.record(batch.x.rows(0, 9), batch.z.rows(0, 9), null));
        assertEquals(new ProbeCounts(19, 9, 0, 0, 10, 0, 0, 1), probe.snapshot().counts());
    }

    @Test
    void valuesThatAreNotFiniteAreCountedAndLeftOut() {
        Batch batch = batch(10);
        double[] bad = normal(10 * N);
        bad[5 * N + 3] = Double.NaN;
        Matrix broken = Matrix.of(bad, 10, N);
        OutputsProbe outputs = outputs(everything());
        assertTrue(outputs.record(batch.x, batch.z, null));
        assertFalse(outputs.record(broken, batch.z, null));
        assertEquals(10, outputs.snapshot().tokens());
        assertEquals(10, outputs.snapshot().counts().rejected());
        assertTrue(Objects.requireNonNull(outputs.snapshot().problem()).contains("row 5, column 3"));
        try (Arena arena = Arena.ofShared()) {
            SpectrumProbe inputs = LayerProbe.ofSpectrum("layer", WeightSpectrum.of(weights, arena), everything());
            assertTrue(inputs.record(batch.x, null));
            assertTrue(inputs.record(broken, null));
            ProbeSnapshot snapshot = inputs.snapshot();
            assertEquals(19, snapshot.tokens());
            assertEquals(new ProbeCounts(20, 19, 0, 0, 0, 0, 1, 0), snapshot.counts());
        }
    }

    @Test
    void wrongSizesAreTheCallersFault() {
        OutputsProbe probe = outputs(everything());
        Batch batch = batch(4);
        assertThrows(IllegalArgumentException.class, () -> probe.record(batch.z, batch.z, null));
        assertThrows(IllegalArgumentException.class, () -> probe.record(batch.x, batch.z, TokenMask.of(true)));
        assertThrows(IllegalArgumentException.class, () -> ProbeOptions.DEFAULT.withSampling(0));
        assertThrows(IllegalArgumentException.class, () -> ProbeOptions.DEFAULT.withSampling(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> ProbeWindow.lastTokens(7));
    }

    static Stream<ElementType> types() {
        return Stream.of(ElementType.values());
    }

    /** Rows of every kind of memory: of the heap, of a direct buffer with gaps, big-endian, and transposed. */
    @ParameterizedTest
    @MethodSource("types")
    void anyMemoryWillDo(ElementType type) {
        try (Arena arena = Arena.ofShared()) {
            WeightSpectrum spectrum = WeightSpectrum.of(weights, arena);
            for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
                int bytes = type.bytes();
                int stride = N + 3;
                MemorySegment heap = MemorySegment.ofArray(new byte[17 * stride * bytes]);
                fill(heap, type, order);
                MemorySegment direct = MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) heap.byteSize()));
                direct.copyFrom(heap);
                for (MemorySegment memory : List.of(heap, direct)) {
                    Matrix rows = Matrix.of(memory, type, 17, N + 3).withByteOrder(order);
                    Matrix view = new Matrix(memory, type, 17, N, stride, rows.orientation(), order);
                    SpectrumProbe probe = LayerProbe.ofSpectrum("layer", spectrum, everything());
                    probe.record(view, null);
                    Matrix columns = new Matrix(memory, type, N, N + 3, stride, rows.orientation(), order).transposed();
                    probe.record(columns, null);
                    var sums = spectrum.accumulator();
                    sums.add(view);
                    sums.add(columns);
                    assertEquals(spectrum.alignment(sums.spectrum()).lar(), probe.snapshot().alignment().lar(), 1e-12);
                }
            }
        }
    }

    private void fill(MemorySegment memory, ElementType type, ByteOrder order) {
        for (long at = 0; at < memory.byteSize(); at += type.bytes()) {
            float value = (float) random.nextGaussian();
            switch (type) {
                case F64 -> memory.set(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), at, value);
                case F32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), at, value);
                case F16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at,
                        Float.floatToFloat16(value));
                case BF16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at,
                        (short) (Float.floatToIntBits(value) >> 16));
            }
        }
    }

    /** Platform and virtual threads record, look, merge and replace weights at once: every token is counted exactly once. */
    @ParameterizedTest
    @EnumSource(ProbeStress.Form.class)
    @Timeout(120)
    void totalsAreExactUnderLoad(ProbeStress.Form form) throws Exception {
        assertTrue(ProbeStress.run(form, true, call -> call < 200).recorded() > 0);
        assertTrue(ProbeStress.run(form, false, call -> call < 200).recorded() > 0);
    }
}
