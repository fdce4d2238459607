package io.github.logalign.spark;

import io.github.logalign.ActivationSums;
import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.JobFiles;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.score.Grouping;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.MaskArguments;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Plan;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.TensorFile;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Divides the inputs of one layer among tasks: for a layer whose inputs are in so many files that one task would take too long.
 * Each task adds files to sums of its own, and the sums are merged in a tree, so that the result is that of all tokens together.
 *
 * <p>Thread safety: stateless.
 */
public final class LayerSums {

    private static final int DEPTH = 2;

    private LayerSums() {}

    /**
     * Adds the inputs in a file to the sums of a task, of which there are none at first.
     *
     * @param <S> the sums
     */
    @FunctionalInterface
    private interface Adding<S> extends Serializable {
        void add(List<S> sums, Inputs inputs, Arena arena);
    }

    /** The layer while its files are open. */
    private record Inputs(Matrix w, Matrix x, @Nullable TokenMask mask, TokenGroups groups) {}

    /**
     * The sums for LAR without spectra. W is read once for each file.
     *
     * @param spark the session
     * @param job the layer, with its tensor, and the files of its inputs
     * @param options of the sums
     * @return the sums of all files
     * @throws IllegalArgumentException if the activations are to be joined, and not pooled
     * @throws LogalignException if the job is not of one layer
     */
    public static AlignmentSums alignment(SparkSession spark, BatchJob job, AlignmentOptions options) {
        return reduce(spark, job, (sums, inputs, _) -> {
            // Of these weights while their file is open; merged sums need none.
            AlignmentSums batch = AlignmentSums.of(inputs.w(), options);
            batch.add(inputs.x(), inputs.mask(), inputs.groups());
            if (sums.isEmpty()) {
                sums.add(batch);
            } else {
                sums.getFirst().merge(batch);
            }
        }, (sums, others) -> {
            sums.merge(others);
            return sums;
        });
    }

    /**
     * The sums for the activation spectrum q. Each task factorises W, so that there should be no more of them than cores; the
     * result goes with any {@link WeightSpectrum} of the same W.
     *
     * @param spark the session
     * @param job the layer, with its tensor, and the files of its inputs
     * @param options of the factorisation
     * @return the sums of all files
     * @throws IllegalArgumentException if the activations are to be joined, and not pooled
     * @throws LogalignException if the job is not of one layer
     */
    public static ActivationSums projections(SparkSession spark, BatchJob job, SpectrumOptions options) {
        return reduce(spark, job, (sums, inputs, arena) -> {
            if (sums.isEmpty()) {
                sums.add(WeightSpectrum.of(inputs.w(), options, arena).accumulator());
            }
            sums.getFirst().add(inputs.x(), inputs.mask(), inputs.groups());
        }, (sums, others) -> {
            sums.merge(others);
            return sums;
        });
    }

    private static <S> S reduce(SparkSession spark, BatchJob job, Adding<S> adding,
            org.apache.spark.api.java.function.Function2<S, S, S> merge) {
        if (job.activations().axis() != null) {
            throw new IllegalArgumentException("activations that are joined cannot be divided among tasks");
        }
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        int tasks = Math.min(job.activations().names().size(), context.defaultParallelism());
        return context.parallelize(job.activations().names(), tasks)
                .mapPartitions(files -> sums(job, files, adding))
                .treeReduce(merge, DEPTH);
    }

    private static <S> Iterator<S> sums(BatchJob job, Iterator<String> files, Adding<S> adding) {
        List<S> sums = new ArrayList<>();
        LocalCopies copies = Executor.copies(LocalCopies.DEFAULT_BOUND);
        RemoteFiles remote = new RemoteFiles(Executor.hadoop());
        try (Arena arena = Arena.ofShared()) {
            while (files.hasNext()) {
                LocalJob local = LocalJob.of(withFile(job, files.next()), copies, remote, new RemoteNames());
                try (LocalCopies.Lease _ = copies.hold(local.remote(), remote)) {
                    withInputs(local.job(), inputs -> adding.add(sums, inputs, arena));
                }
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new TaskKilledException("interrupted");
        }
        return sums.iterator();
    }

    private static BatchJob withFile(BatchJob job, String file) {
        return new BatchJob(job.number(), job.weights(), job.tensor(), JobFiles.of(file), job.activation(), job.mask(),
                job.folder(), job.labels());
    }

    private static void withInputs(BatchJob job, Consumer<Inputs> use) {
        String file = job.activations().names().getFirst();
        try (TensorFile weights = job.weights().open(ReadOptions.DEFAULT);
                TensorFile activations = job.activations().open(ReadOptions.DEFAULT);
                MaskArguments masks = new MaskArguments(
                        masks(job), activations, Path.of(job.folder()))) {
            LayerJob layer = only(Plan.of(weights, activations, job.selection(Selection.ALL), masks.masks()), file);
            Matrix w = layer.w();
            Matrix x = layer.x();
            if (layer.refusal() != null || w == null || x == null) {
                throw new LogalignException(file + ": " + (layer.refusal() == null
                        ? "holds no activations of the layer"
                        : layer.refusal().reason()));
            }
            use.accept(new Inputs(w, x, mask(layer, masks.masks()), Grouping.AUTO.of(layer).groups()));
        }
    }

    private static List<String> masks(BatchJob job) {
        String mask = job.mask();
        return mask == null ? List.of() : List.of(mask);
    }

    private static @Nullable TokenMask mask(LayerJob layer, Masks masks) {
        return masks.of(layer).map(MaskTensor::tokens).orElse(null);
    }

    private static LayerJob only(Plan plan, String file) {
        if (plan.jobs().size() != 1) {
            throw new LogalignException(file + ": the job is of " + plan.jobs().size()
                    + " layers, and sums are of one; name its tensor");
        }
        return plan.jobs().getFirst();
    }
}
