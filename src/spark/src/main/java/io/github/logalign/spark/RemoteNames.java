package io.github.logalign.spark;

import io.github.logalign.batch.BatchRow;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gives rows that were computed from copies the names of the remote files. */
final class RemoteNames {

    /** Longer paths first, since one may begin with another. */
    private final Map<String, String> remoteByLocal = new TreeMap<>(
            Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));

    void add(String local, String remote) {
        remoteByLocal.put(local, remote);
    }

    void addAll(RemoteNames others) {
        remoteByLocal.putAll(others.remoteByLocal);
    }

    /** The row without its spectra, of which Spark's rows have no columns. */
    BatchRow restore(BatchRow row) {
        LayerScore score = row.score();
        LayerInfo info = score.info();
        LayerInfo restored = new LayerInfo(info.layer(), source(info.weight()),
                info.activation() == null ? null : source(info.activation()), info.shape(), storage(info.storage()),
                info.warnings().stream().map(this::text).toList());
        return new BatchRow(row.job(), row.part(), row.labels(),
                new LayerScore(restored, outcome(score.outcome()), score.seconds(), score.update()));
    }

    private LayerInfo.Source source(LayerInfo.Source source) {
        return new LayerInfo.Source(text(source.file()), source.name());
    }

    private LayerInfo.@Nullable Storage storage(LayerInfo.@Nullable Storage storage) {
        return storage == null ? null : new LayerInfo.Storage(storage.orientation(), text(storage.reason()));
    }

    private Outcome outcome(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Scored scored -> scored;
            case Outcome.Decomposed decomposed -> decomposed;
            case Outcome.Undefined(String reason, var findings) -> new Outcome.Undefined(text(reason), findings);
            case Outcome.Skipped(String reason) -> new Outcome.Skipped(text(reason));
            case Outcome.Failed(String reason) -> new Outcome.Failed(text(reason));
        };
    }

    private String text(String text) {
        String restored = text;
        for (Map.Entry<String, String> name : remoteByLocal.entrySet()) {
            restored = restored.replace(name.getKey(), name.getValue());
        }
        return restored;
    }
}
