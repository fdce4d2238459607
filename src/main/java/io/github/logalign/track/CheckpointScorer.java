package io.github.logalign.track;

import io.github.logalign.LogalignException;
import io.github.logalign.Precision;
import io.github.logalign.score.Glob;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.Names;
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
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        this.scorer = new Scorer(new ScoreOptions(method, precision), null);
        this.selection = selection;
        this.threads = threads;
    }

    /**
     * Tells whether a checkpoint is whole: both files are there and open strictly.
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
            return weights.tensors().isEmpty() && dump.tensors().isEmpty() ? "both files are empty" : null;
        } catch (LogalignException notWhole) {
            return notWhole.getMessage();
        }
    }

    private static String noActivations(Checkpoint checkpoint) {
        return Names.printable(checkpoint.weights()) + ": there are no activations beside it; record them in "
                + Names.printable(String.valueOf(Objects.requireNonNull(checkpoint.activations()).getFileName()));
    }

    /**
     * Scores a checkpoint.
     *
     * @param checkpoint the checkpoint
     * @param finished layers that need not be scored again
     * @return a result for every other layer that is wanted; for a checkpoint that cannot be read a failed row for
     *     {@link SeriesRow#EVERY_LAYER}, unless some layers are finished already
     * @throws InterruptedException if the thread is interrupted; the layers in work are finished first
     */
    public List<Scorer.Result> score(Checkpoint checkpoint, Set<String> finished) throws InterruptedException {
        if (checkpoint.problem() != null) {
            return failed(checkpoint, checkpoint.problem(), finished);
        }
        Path activations = Objects.requireNonNull(checkpoint.activations());
        if (!Files.exists(activations)) {
            return failed(checkpoint, noActivations(checkpoint), finished);
        }
        try (TensorFile weights = TensorFile.open(checkpoint.weights());
                TensorFile dump = TensorFile.open(activations)) {
            Set<String> names = new HashSet<>();
            Predicate<LayerJob> wanted = job -> !finished.contains(job.layer()) && names.add(job.layer());
            return run(recorded(Plan.of(weights, dump, selection).jobs()).stream().filter(wanted).toList());
        } catch (LogalignException bad) {
            return failed(checkpoint, bad.getMessage(), finished);
        }
    }

    /**
     * A pattern such as * asks for the layers whose activations were recorded; weights without any are rows only if the
     * pattern fits nothing else.
     */
    private List<LayerJob> recorded(List<LayerJob> jobs) {
        List<Glob> satisfied = selection.include().stream()
                .filter(glob -> jobs.stream().anyMatch(job -> job.activation() != null && fits(glob, job)))
                .toList();
        return jobs.stream()
                .filter(job -> job.activation() != null || satisfied.stream().noneMatch(glob -> fits(glob, job)))
                .toList();
    }

    private static boolean fits(Glob glob, LayerJob job) {
        return glob.matches(job.layer()) || (job.tensorName() != null && glob.matches(job.tensorName()));
    }

    private List<Scorer.Result> run(List<LayerJob> jobs) throws InterruptedException {
        if (jobs.isEmpty()) {
            return List.of();
        }
        List<Scorer.Result> results = new ArrayList<>();
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
