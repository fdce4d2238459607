package io.github.logalign.track;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Glob;
import io.github.logalign.score.Grouping;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.LayerThreads;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.MaskArguments;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.TokenFingerprint;
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
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Scores the layers of a checkpoint, several at a time. An unreadable checkpoint gives a failed row and does not end
 * the run.
 *
 * <p>Thread safety: immutable. Score checkpoints one after the other, since each call uses all threads.
 *
 * <p>This file is long because of its documentation.
 */
public final class CheckpointScorer {

    private final Scorer scorer;
    private final Selection selection;
    private final ReadOptions reading;
    private final int threads;
    private final Function<TensorFile, Grouping> grouping;
    private final List<String> masks;
    private final @Nullable FirstCheckpoint first;

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
     * @param reading information that the files do not contain themselves
     * @param threads how many layers at a time, at least 1
     * @throws IllegalArgumentException if there are no threads
     */
    public CheckpointScorer(
            ScoreMethod method, Precision precision, Selection selection, ReadOptions reading, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        this(new Scorer(new ScoreOptions(method, precision), Masks.NONE), selection, reading, threads,
                activations -> Grouping.AUTO, List.of(), null);
    }

    private CheckpointScorer(Scorer scorer, Selection selection, ReadOptions reading, int threads,
            Function<TensorFile, Grouping> grouping, List<String> masks, @Nullable FirstCheckpoint first) {
        this.scorer = scorer;
        this.selection = selection;
        this.reading = reading;
        this.threads = threads;
        this.grouping = grouping;
        this.masks = masks;
        this.first = first;
    }

    /**
     * The same with groups of tokens that belong together.
     *
     * @param groups says which, of the open activations of a checkpoint
     * @return a scorer
     */
    public CheckpointScorer withGroups(Function<TensorFile, Grouping> groups) {
        return new CheckpointScorer(scorer, selection, reading, threads, Arguments.required(groups, "groups"), masks,
                first);
    }

    /**
     * The same with masks, which are found anew for each checkpoint.
     *
     * @param arguments as {@link MaskArguments} takes them; relative paths are those of the process
     * @return a scorer
     * @throws IllegalArgumentException if an argument does not have that form
     */
    public CheckpointScorer withMasks(List<String> arguments) {
        MaskArguments.checkForm(Arguments.required(arguments, "arguments"));
        return new CheckpointScorer(scorer, selection, reading, threads, grouping,
                List.copyOf(arguments), first);
    }

    /**
     * The same with the alignment of what changed since the first checkpoint of a run.
     *
     * @param run the run whose checkpoints are scored
     * @param known the rows so far, or none; changes are counted from the checkpoint that theirs are, also if its files are gone: new
     *     rows have a warning in place of ratios then
     * @return a scorer
     */
    public CheckpointScorer withUpdates(RunFolder run, Series known) {
        return new CheckpointScorer(scorer, selection, reading, threads, grouping, masks,
                new FirstCheckpoint(Arguments.required(run, "run"), Arguments.required(known, "known")));
    }

    /**
     * Checks whether a checkpoint is complete: both files exist and pass the strict checks at opening, and none of
     * their matrices ends in zeros. A file whose space was reserved before it was written ends in zeros until then.
     *
     * @param checkpoint the checkpoint
     * @return the reason why the checkpoint is incomplete, or null if it is complete
     */
    public static @Nullable String whyIncomplete(Checkpoint checkpoint) {
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
        } catch (LogalignException incomplete) {
            return incomplete.getMessage();
        }
    }

    /** The problem of the first tensor that cannot be found; its shard may not have been written yet. */
    private static @Nullable String lost(TensorFile file) {
        return file.tensors().stream()
                .filter(tensor -> tensor.holdsMatrices() && !tensor.isShapeKnown())
                .findFirst()
                .flatMap(Tensor::problem)
                .orElse(null);
    }

    private static String noActivations(Checkpoint checkpoint) {
        return Names.printable(checkpoint.weights()) + ": no activations are recorded for it; write them to "
                + Names.printable(String.valueOf(Objects.requireNonNull(checkpoint.activations()).getFileName()));
    }

    /**
     * The state of a checkpoint's files, and the options that determine how they are read.
     *
     * @param checkpoint the checkpoint
     * @return the stamp, or null if one of the files does not exist
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
        masks.forEach(mask -> options.add("--mask " + mask));
        if (selection.storedOutputInput()) {
            options.add("--stored output-input");
        }
        if (first != null) {
            first.find().ifPresent(origin -> options.add(CheckpointStamp.UPDATES + origin.step()));
        }
        return String.join(" ", options);
    }

    /**
     * Checks that the patterns of the selection match something in the first or the last readable checkpoint, so that a
     * typo gives a single message rather than one per checkpoint.
     *
     * @param checkpoints sorted by step; unreadable ones are skipped
     * @return false if none could be read
     * @throws LogalignException if a pattern matches nothing
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
     * @param before the state of the files just before the call; rows get a warning if it has changed afterwards, and
     *     those that failed are left out if the files were removed meanwhile. Null skips the check
     * @return a result for every selected layer that is not finished; for an unreadable checkpoint a failed row for
     *     {@link SeriesRow#EVERY_LAYER}, unless some layers are finished already
     * @throws InterruptedException if the thread is interrupted; layers being scored are finished first
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
                TensorFile dump = TensorFile.open(activations, reading);
                MaskArguments opened = new MaskArguments(masks, dump, Path.of(""))) {
            Set<String> names = new HashSet<>();
            Predicate<LayerJob> wanted = job -> !finished.contains(job.layer()) && names.add(job.layer());
            Masks found = opened.masks();
            Plan plan = Plan.of(weights, dump, selection, found);
            found.check(plan.jobs());
            List<LayerJob> jobs = recorded(plan.jobs()).stream().filter(wanted).toList();
            Scorer grouped = scorer.withMasks(found).withGroups(grouping.apply(dump));
            String tokens = jobs.isEmpty() ? null : TokenFingerprint.of(dump).orElse(null);
            try (FirstCheckpoint.Comparison comparison = comparison(checkpoint, tokens)) {
                results = LayerThreads.run(jobs, threads, scorer::cost,
                        (job, share) -> comparison.score(job, grouped.withThreads(share)), () -> {});
            }
            if (tokens != null) {
                results.replaceAll(result -> result.withFingerprint(tokens));
            }
            for (int i = 0; i < jobs.size(); i++) {
                results.set(i, withZeroTails(jobs.get(i), results.get(i), weights, dump));
            }
        } catch (LogalignException bad) {
            results = failed(checkpoint, bad.getMessage(), finished);
        }
        return before == null ? results : ofUnchanged(checkpoint, before, results);
    }

    /**
     * Warns where the files have changed. Files that were removed, as by a limit on the number of saved checkpoints, were
     * whole where they could be read; what could not be read any more has no row.
     */
    private List<Scorer.Result> ofUnchanged(
            Checkpoint checkpoint, CheckpointStamp before, List<Scorer.Result> results) {
        CheckpointStamp after = stamp(checkpoint);
        if (after == null) {
            return results.stream().filter(result -> !(result.row().outcome() instanceof Outcome.Failed)).toList();
        }
        return before.equals(after)
                ? results
                : results.stream().map(result -> result.withWarning("its files changed while they were read; run the "
                        + "command again")).toList();
    }

    private FirstCheckpoint.Comparison comparison(Checkpoint checkpoint, @Nullable String tokens) {
        return first == null
                ? (job, sharing) -> sharing.score(job)
                : first.compare(checkpoint, tokens, selection, reading);
    }

    /** What has a checksum is known to be whole: zeros at its end are its own. */
    private static Scorer.Result withZeroTails(
            LayerJob job, Scorer.Result result, TensorFile weights, TensorFile dump) {
        try {
            String ofWeight = weights.hasChecksums() ? null : ZeroTail.of(job.weight());
            String ofActivation = dump.hasChecksums() ? null : ZeroTail.of(job.activation());
            Scorer.Result first = ofWeight == null ? result : result.withWarning(ofWeight);
            return ofActivation == null ? first : first.withWarning(ofActivation);
        } catch (LogalignException shrunk) {
            // A failed row already states its reason.
            return result.row().outcome() instanceof Outcome.Failed
                    ? result
                    : result.withWarning(String.valueOf(shrunk.getMessage()));
        }
    }

    /**
     * Drops weights without activations if the pattern that selects them also selects layers with activations: a
     * pattern such as * means the layers whose activations were recorded.
     */
    private List<LayerJob> recorded(List<LayerJob> jobs) {
        List<Glob> satisfied = selection.include().stream()
                .filter(glob -> jobs.stream().anyMatch(job -> job.activation() != null && job.info().fits(glob)))
                .toList();
        return jobs.stream()
                .filter(job -> job.activation() != null || satisfied.stream().noneMatch(job.info()::fits))
                .toList();
    }

    private static List<Scorer.Result> failed(Checkpoint checkpoint, String reason, Set<String> finished) {
        if (!finished.isEmpty()) {
            return List.of();
        }
        Path activations = checkpoint.activations();
        LayerInfo info = new LayerInfo(
                SeriesRow.EVERY_LAYER,
                new LayerInfo.Source(checkpoint.weights().toString(), null),
                activations == null ? null : new LayerInfo.Source(activations.toString(), null),
                null,
                null,
                List.of());
        LayerScore row = new LayerScore(info, new Outcome.Failed(reason), 0);
        return List.of(new Scorer.Result(row, null, null, null));
    }
}
