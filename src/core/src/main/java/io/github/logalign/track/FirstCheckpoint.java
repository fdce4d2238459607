package io.github.logalign.track;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Plan;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.TokenFingerprint;
import io.github.logalign.score.Updates;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first checkpoint of a run, from which the changes of later ones are counted. It stays the first, whatever appears later, and
 * also if the trainer deletes it: its rows, and those of the changes since, are not to be mixed with others.
 *
 * <p>Thread safety: any number of threads.
 */
final class FirstCheckpoint {

    private final RunFolder run;
    private final Series rows;
    private @Nullable Checkpoint known;

    FirstCheckpoint(RunFolder run, Series rows) {
        this.run = run;
        this.rows = rows;
    }

    /** Empty while there is none. */
    synchronized Optional<Checkpoint> find() {
        if (known == null) {
            List<Checkpoint> present = run.scan().checkpoints();
            known = gone(present).orElseGet(() -> present.stream()
                    .filter(checkpoint -> checkpoint.problem() == null)
                    .findFirst()
                    .orElse(null));
        }
        return Optional.ofNullable(known);
    }

    /** What the rows so far are counted from, if it is no longer there. */
    private Optional<Checkpoint> gone(List<Checkpoint> present) {
        return rows.rows().stream()
                .flatMap(row -> Optional.ofNullable(row.stamp()).flatMap(CheckpointStamp::updatesSince).stream())
                .findFirst()
                .filter(step -> present.stream().noneMatch(checkpoint -> checkpoint.step() == step))
                .flatMap(step -> rows.rows().stream().filter(row -> row.step() == step).findFirst())
                .map(row -> {
                    Path weights = Path.of(row.score().info().weight().file());
                    LayerInfo.Source activation = row.score().info().activation();
                    return new Checkpoint(row.step(), weights,
                            activation == null ? weights : Path.of(activation.file()), null);
                });
    }

    /** Scores the layers of a later one. */
    interface Comparison extends AutoCloseable {

        Scorer.Result score(LayerJob job, Scorer scorer);

        @Override
        default void close() {}
    }

    /**
     * Opens its files.
     *
     * @param checkpoint what is to be scored; there is nothing to compare the first one with
     * @param tokens the fingerprint of its tokens, or null
     */
    Comparison compare(Checkpoint checkpoint, @Nullable String tokens, Selection selection, ReadOptions reading) {
        Checkpoint first = find().filter(found -> found.step() != checkpoint.step()).orElse(null);
        if (first == null) {
            return (job, scorer) -> scorer.score(job);
        }
        try {
            return new Open(first, tokens, selection, reading);
        } catch (LogalignException unreadable) {
            String problem = "its change has no ratios: " + unreadable.getMessage();
            return (job, scorer) -> scorer.score(job).withWarning(problem);
        }
    }

    private static final class Open implements Comparison {

        private final TensorFile weights;
        private final TensorFile dump;
        private final Updates updates;

        Open(Checkpoint first, @Nullable String tokens, Selection selection, ReadOptions reading) {
            weights = TensorFile.open(first.weights(), reading);
            TensorFile opened = null;
            try {
                opened = TensorFile.open(Objects.requireNonNull(first.activations()), reading);
                updates = Updates.since(Plan.of(weights, opened, selection))
                        .ofTokens(TokenFingerprint.of(opened).orElse(null), tokens);
            } catch (LogalignException unreadable) {
                weights.close();
                if (opened != null) {
                    opened.close();
                }
                throw unreadable;
            }
            dump = opened;
        }

        @Override
        public Scorer.Result score(LayerJob job, Scorer scorer) {
            return updates.score(job, scorer);
        }

        @Override
        public void close() {
            weights.close();
            dump.close();
        }
    }
}
