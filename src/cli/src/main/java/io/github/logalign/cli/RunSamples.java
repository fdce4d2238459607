package io.github.logalign.cli;

import io.github.logalign.report.SampleFile;
import io.github.logalign.score.Scorer;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What comparisons need of the rows of a series. */
final class RunSamples {

    private record Place(long step, String layer) {}

    private final Map<Place, LayerSample> samples = new HashMap<>();

    /** Takes up those of an earlier run of the command, if there are some beside its series. */
    static RunSamples beside(@Nullable Path series) {
        RunSamples known = new RunSamples();
        if (series != null) {
            SampleFile.read(SampleFile.beside(series)).forEach(known::keep);
        }
        return known;
    }

    private void keep(LayerSample sample) {
        samples.put(new Place(sample.step(), sample.layer()), sample);
    }

    /** Keeps those of new rows. */
    void keep(long step, List<Scorer.Result> results) {
        for (Scorer.Result result : results) {
            LayerSample.of(step, result).map(LayerSample::pooled).ifPresent(this::keep);
        }
    }

    /** Those of the rows of a series, in its order; what is of an earlier state of a row is left out. */
    List<LayerSample> of(Series series) {
        List<LayerSample> found = new ArrayList<>();
        series.rows().forEach(row -> {
            LayerSample sample = samples.get(new Place(row.step(), row.layer()));
            Double lar = row.usableLar();
            if (sample != null && lar != null && lar == sample.lar()) {
                found.add(sample);
            }
        });
        return found;
    }
}
