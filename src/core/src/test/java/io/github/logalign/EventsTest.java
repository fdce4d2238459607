package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.probe.ProbeOptions;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder sees. */
class EventsTest {

    private static final int M = 30;
    private static final int N = 10;

    @TempDir
    Path folder;

    @Test
    void workIsRecordedWithItsShape() throws Exception {
        Path file = folder.resolve("recording.jfr");
        Random random = new Random(3);
        Matrix w = Samples.matrix(Samples.normal(M, N, random));
        Matrix x = Samples.matrix(Samples.normal(7, N, random));
        Matrix z = Samples.matrix(Samples.normal(7, M, random));
        try (Recording recording = new Recording(); Arena arena = Arena.ofConfined()) {
            recording.start();
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            spectrum.project(x);
            AlignmentSums sums = AlignmentSums.of(w);
            sums.add(x);
            OutputsProbe probe = LayerProbe.ofOutputs("a layer", sums, ProbeOptions.DEFAULT.withSampling(1));
            probe.record(x, z, null);
            probe.snapshot();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        RecordedEvent factorisation = only(events, "io.github.logalign.Factorisation");
        assertEquals(M, factorisation.getLong("rows"));
        assertEquals(N, factorisation.getLong("columns"));
        assertTrue(factorisation.getString("driver").contains("dgesdd"), factorisation.getString("driver"));
        assertTrue(factorisation.getLong("nativeBytes") > 0);
        assertTrue(factorisation.getDuration().toNanos() > 0);
        List<RecordedEvent> projections = named(events, "io.github.logalign.Projection");
        assertEquals(List.of((long) N, (long) M), projections.stream().map(e -> e.getLong("directions")).toList());
        assertEquals(7, projections.getFirst().getLong("tokens"));
        RecordedEvent snapshot = only(events, "io.github.logalign.ProbeSnapshot");
        assertEquals("a layer", snapshot.getString("layer"));
        assertEquals(7, snapshot.getLong("tokens"));
        assertTrue(Double.isFinite(snapshot.getDouble("lar")));
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name) {
        List<RecordedEvent> found = named(events, name);
        assertEquals(1, found.size(), name);
        return found.getFirst();
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    }
}
