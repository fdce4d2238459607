package io.github.logalign.track;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Glob;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Scores the layers of a checkpoint, several at a time. Whatever is wrong with a checkpoint costs its rows, not the run.
 *
 * <p>Thread safety: immutable; one checkpoint after the other is the way to use it, as each uses all threads.
 */
public final class CheckpointScorer {

    private final Scorer scorer;
    private final Selection selection;
    private final ReadOptions reading;
    private final int threads;

    /**
     * Makes a scorer.
     *
     * @param method how layers are scored
     * @param precision in what precision
     * @param selection which layers
     * @param threads how many layers at a time, at least 1
     * @throws IllegalArgumentException if there are no threads
     */
    public CheckpointScorer(ScoreMethod method, Precision precision, Selection selection, int threads) {
        this(method, precision, selection, ReadOptions.DEFAULT, threads);
    }

    /**
     * Makes a scorer.
     *
     * @param method how layers are scored
     * @param precision in what precision
     * @param selection which layers
     * @param reading what the files do not say themselves
     * @param threads how many layers at a time, at least 1
     * @throws IllegalArgumentException if there are no threads
     */
    public CheckpointScorer(
            ScoreMethod method, Precision precision, Selection selection, ReadOptions reading, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        this.scorer = new Scorer(new ScoreOptions(method, precision), Masks.NONE);
        this.selection = selection;
        this.reading = reading;
        this.threads = threads;
    }

    /**
     * Tells whether a checkpoint is whole: both files are there and open strictly, and no matrix in them ends in zeros, as
     * those do whose space was reserved before they were written.
     *
     * @param checkpoint the checkpoint
     * @return null if so, else why not
     */
    public static @Nullable String whyNotWhole(Checkpoint checkpoint) {
        if (checkpoint.problem() != null) {
            return checkpoint.problem();
        }
        Path activations = Objects.requireNonNull(checkpoint.activations());
        if (!Files.exists(activations)) {
            return noActivations(checkpoint);
        }
        try (TensorFile weights = TensorFile.open(checkpoint.weights());
                TensorFile dump = TensorFile.open(activations)) {
            if (weights.tensors().isEmpty() && dump.tensors().isEmpty()) {
                return "both files are empty";
            }
            String lost = lost(weights) == null ? lost(dump) : lost(weights);
            if (lost != null) {
                return lost;
            }
            String zeros = weights.hasChecksums() ? null : ZeroTail.of(weights);
            return zeros != null || dump.hasChecksums() ? zeros : ZeroTail.of(dump);
        } catch (LogalignException notWhole) {
            return notWhole.getMessage();
        }
    }

    /** Why the first tensor that cannot be found is not there: perhaps its shard is still to be written. */
    private static @Nullable String lost(TensorFile file) {
        return file.tensors().stream()
                .filter(tensor -> tensor.holdsMatrices() && !tensor.isShapeKnown())
                .findFirst()
                .flatMap(Tensor::problem)
                .orElse(null);
    }

    private static String noActivations(Checkpoint checkpoint) {
        return Names.printable(checkpoint.weights()) + ": there are no activations beside it; record them in "
                + Names.printable(String.valueOf(Objects.requireNonNull(checkpoint.activations()).getFileName()));
    }

    /**
     * The state of a checkpoint's files, and the options that decide about what is read from them.
     *
     * @param checkpoint the checkpoint
     * @return null if one of the files is not there
     */
    public @Nullable CheckpointStamp stamp(Checkpoint checkpoint) {
        if (checkpoint.activations() == null) {
            return null;
        }
        FileStamp weights = FileStamp.of(checkpoint.weights());
        FileStamp activations = FileStamp.of(checkpoint.activations());
        return weights == null || activations == null
                ? null
                : new CheckpointStamp(weights, activations, layout(), ConfigStamp.beside(checkpoint.weights()));
    }

    private String layout() {
        List<String> options = new ArrayList<>();
        selection.transposed().forEach(glob -> options.add("--transposed " + glob));
        selection.convolutions().forEach(glob -> options.add("--convolutions " + glob));
        selection.maps().forEach(map -> options.add("--map " + map));
        if (selection.storedOutputInput()) {
            options.add("--stored output-input");
        }
        return String.join(" ", options);
    }

    /**
     * Checks that the patterns of the selection fit something in the first or in the last of some checkpoints: a typo is one
     * message, not one for each checkpoint.
     *
     * @param checkpoints sorted by step; those that cannot be read do not count
     * @return false if none could be read
     * @throws LogalignException if a pattern fits nothing
     */
    public boolean checkPatterns(List<Checkpoint> checkpoints) {
        LogalignException misfit = null;
        for (List<Checkpoint> order : List.of(checkpoints, checkpoints.reversed())) {
            PatternFit fit = order.stream()
                    .map(checkpoint -> PatternFit.of(checkpoint, selection))
                    .filter(PatternFit::readable)
                    .findFirst()
                    .orElse(null);
            if (fit == null || fit.misfit() == null) {
                return fit != null;
            }
            misfit = misfit == null ? fit.misfit() : misfit;
        }
        if (misfit != null) {
            throw misfit;
        }
        return false;
    }

    /**
     * Scores a checkpoint.
     *
     * @param checkpoint the checkpoint
     * @param finished layers that need not be scored again
     * @param before the state of the files, asked for just now; rows have a warning if it is another one afterwards. Null if
     *     that does not matter
     * @return a result for every other layer that is wanted; for a checkpoint that cannot be read a failed row for
     *     {@link SeriesRow#EVERY_LAYER}, unless some layers are finished already
     * @throws InterruptedException if the thread is interrupted; the layers in work are finished first
     */
    public List<Scorer.Result> score(Checkpoint checkpoint, Set<String> finished, @Nullable CheckpointStamp before)
            throws InterruptedException {
        if (checkpoint.problem() != null) {
            return failed(checkpoint, checkpoint.problem(), finished);
        }
        Path activations = Objects.requireNonNull(checkpoint.activations());
        if (!Files.exists(activations)) {
            return failed(checkpoint, noActivations(checkpoint), finished);
        }
        List<Scorer.Result> results;
        try (TensorFile weights = TensorFile.open(checkpoint.weights(), reading);
                TensorFile dump = TensorFile.open(activations, reading)) {
            Set<String> names = new HashSet<>();
            Predicate<LayerJob> wanted = job -> !finished.contains(job.layer()) && names.add(job.layer());
            List<LayerJob> jobs = recorded(Plan.of(weights, dump, selection).jobs()).stream().filter(wanted).toList();
            results = run(jobs);
            for (int i = 0; i < jobs.size(); i++) {
                results.set(i, withZeroTails(jobs.get(i), results.get(i), weights, dump));
            }
        } catch (LogalignException bad) {
            return failed(checkpoint, bad.getMessage(), finished);
        }
        if (before != null && !before.equals(stamp(checkpoint))) {
            results.replaceAll(result -> withWarning(result, "its files changed while they were read; call again"));
        }
        return results;
    }

    /** What has a checksum is known to be whole: zeros at its end are its own. */
    private static Scorer.Result withZeroTails(
            LayerJob job, Scorer.Result result, TensorFile weights, TensorFile dump) {
        try {
            String ofWeight = weights.hasChecksums() ? null : ZeroTail.of(job.weight());
            String ofActivation = dump.hasChecksums() ? null : ZeroTail.of(job.activation());
            Scorer.Result first = ofWeight == null ? result : withWarning(result, ofWeight);
            return ofActivation == null ? first : withWarning(first, ofActivation);
        } catch (LogalignException shrunk) {
            // A row that failed says so itself.
            return result.row().status() == Status.FAILED
                    ? result
                    : withWarning(result, String.valueOf(shrunk.getMessage()));
        }
    }

    private static Scorer.Result withWarning(Scorer.Result result, String warning) {
        return new Scorer.Result(result.row().withWarning(warning), result.spectra());
    }

    /**
     * A pattern such as * asks for the layers whose activations were recorded; weights without any are rows only if the
     * pattern fits nothing else.
     */
    private List<LayerJob> recorded(List<LayerJob> jobs) {
        List<Glob> satisfied = selection.include().stream()
                .filter(glob -> jobs.stream().anyMatch(job -> job.activation() != null && job.fits(glob)))
                .toList();
        return jobs.stream()
                .filter(job -> job.activation() != null || satisfied.stream().noneMatch(job::fits))
                .toList();
    }

    private List<Scorer.Result> run(List<LayerJob> jobs) throws InterruptedException {
        List<Scorer.Result> results = new ArrayList<>();
        if (jobs.isEmpty()) {
            return results;
        }
        Scorer sharing = scorer.sharing(threads, jobs.size());
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, jobs.size()),
                CheckpointScorer::worker)) {
            List<Future<Scorer.Result>> futures = jobs.stream().map(job -> pool.submit(() -> sharing.score(job)))
                    .toList();
            try {
                for (Future<Scorer.Result> future : futures) {
                    results.add(future.get());
                }
            } catch (ExecutionException failed) {
                pool.shutdownNow();
                if (failed.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException(failed.getCause());
            } catch (InterruptedException interrupted) {
                pool.shutdownNow();
                throw interrupted;
            }
        }
        return results;
    }

    private static Thread worker(Runnable task) {
        Thread thread = new Thread(task, "logalign-layer");
        thread.setDaemon(true);
        return thread;
    }

    private static List<Scorer.Result> failed(Checkpoint checkpoint, String reason, Set<String> finished) {
        if (!finished.isEmpty()) {
            return List.of();
        }
        Path activations = checkpoint.activations();
        LayerScore row = new LayerScore(
                SeriesRow.EVERY_LAYER,
                checkpoint.weights().toString(),
                null,
                null,
                null,
                null,
                activations == null ? null : activations.toString(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Status.FAILED,
                reason,
                List.of(),
                0);
        return List.of(new Scorer.Result(row, null));
    }
}
