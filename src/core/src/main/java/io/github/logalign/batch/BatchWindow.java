package io.github.logalign.batch;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.MaskArguments;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers of some neighbouring jobs, with their files open: enough that threads seldom wait for each other, and few
 * enough that neither memory nor open files grow with the number of jobs.
 */
final class BatchWindow implements AutoCloseable {

    private static final int MOST_LAYERS = 2048;
    private static final int MOST_FILES = 128;

    private final boolean shares;
    private final Selection common;
    private final ReadOptions reading;
    private final BatchSink sink;
    private final Map<JobFiles, TensorFile> files = new LinkedHashMap<>();
    private final List<MaskArguments> masks = new ArrayList<>();
    private final Map<Object, SharedLayer> layers = new LinkedHashMap<>();
    private int rows;
    private boolean anyJoined;

    BatchWindow(ScoreOptions options, Selection common, ReadOptions reading, BatchSink sink) {
        this.reading = reading;
        this.shares = options.method() != ScoreMethod.NORM;
        this.common = common;
        this.sink = sink;
    }

    /** Joined tensors are in memory while their files are open. */
    boolean hasRoom() {
        return !anyJoined && rows < MOST_LAYERS && files.size() + masks.size() < MOST_FILES;
    }

    List<SharedLayer> layers() {
        return List.copyOf(layers.values());
    }

    /** Adds the layers of a job that are not done, or a row that says why it has none. */
    void plan(BatchJob job) {
        if (sink.isDone(job.number(), BatchRow.WHOLE_JOB)) {
            return;
        }
        List<SharedLayer.Row> planned;
        try {
            planned = rows(job);
        } catch (LogalignException bad) {
            if (Thread.currentThread().isInterrupted()) {
                // Nothing is wrong with the job: its files were not read to the end.
                return;
            }
            sink.planned(job.number(), 1, 1);
            sink.accept(BatchRow.failed(job, String.valueOf(bad.getMessage())));
            return;
        }
        List<SharedLayer.Row> wanted = planned.stream().filter(row -> !sink.isDone(job.number(), row.part())).toList();
        sink.planned(job.number(), planned.size(), wanted.size());
        for (SharedLayer.Row row : wanted) {
            add(row);
        }
    }

    private void add(SharedLayer.Row row) {
        try {
            Boundary.run(() -> layers.computeIfAbsent(key(row), _ -> new SharedLayer()).add(row));
        } catch (LogalignException unreadable) {
            // Its file became shorter, which its row is going to say.
            layers.computeIfAbsent(row, _ -> new SharedLayer()).add(row);
        }
        rows++;
    }

    /** Rows with one key have one weight. */
    private Object key(SharedLayer.Row row) {
        Matrix w = row.layer().w();
        WeightContent content = shares && w != null ? WeightContent.of(w) : null;
        return content == null ? row : content;
    }

    private List<SharedLayer.Row> rows(BatchJob job) {
        TensorFile weights = open(job.weights());
        Selection selection = job.selection(common);
        List<List<Scorer.Batch>> batches = new ArrayList<>();
        List<JobFiles> pooled = job.activations().areJoined()
                ? List.of(job.activations())
                : job.activations().names().stream().map(JobFiles::of).toList();
        for (JobFiles each : pooled) {
            TensorFile activations = open(each);
            Masks found = masks(job, activations);
            List<LayerJob> jobs = Plan.of(weights, activations, selection, found).jobs();
            found.check(jobs);
            batches.add(jobs.stream().map(layer -> new Scorer.Batch(layer, found)).toList());
        }
        List<SharedLayer.Row> rows = new ArrayList<>();
        for (Scorer.Batch first : batches.getFirst()) {
            List<Scorer.Batch> all = new ArrayList<>(List.of(withAllFiles(first, job)));
            for (int file = 1; file < batches.size(); file++) {
                all.add(sameLayer(first, batches.get(file), job.activations().names().get(file)));
            }
            rows.add(new SharedLayer.Row(job, rows.size(), all));
        }
        return rows;
    }

    private static Scorer.Batch sameLayer(Scorer.Batch first, List<Scorer.Batch> others, String file) {
        String layer = first.job().layer();
        return others.stream().filter(batch -> batch.job().layer().equals(layer)).findFirst()
                .orElseThrow(() -> new LogalignException(Names.printable(file) + ": holds no activations of \""
                        + Names.printable(layer) + "\", unlike the job's first file; list files of the same layers"));
    }

    /** The row shows from where all of its numbers are. */
    private static Scorer.Batch withAllFiles(Scorer.Batch batch, BatchJob job) {
        LayerJob layer = batch.job();
        LayerInfo info = layer.info();
        LayerInfo.Source activation = info.activation();
        LayerInfo shown = new LayerInfo(info.layer(), source(info.weight(), job.weights()),
                activation == null ? null : source(activation, job.activations()), info.shape(), info.storage(),
                info.warnings());
        return new Scorer.Batch(new LayerJob(
                shown, layer.weight(), layer.w(), layer.activation(), layer.activationMatrix(), layer.refusal()),
                batch.masks());
    }

    private static LayerInfo.Source source(LayerInfo.Source first, JobFiles files) {
        return files.names().size() == 1 ? first : new LayerInfo.Source(files.toString(), first.name());
    }

    private TensorFile open(JobFiles wanted) {
        TensorFile open = files.get(wanted);
        if (open == null) {
            open = wanted.open(reading);
            files.put(wanted, open);
            anyJoined |= wanted.areJoined();
        }
        return open;
    }

    private Masks masks(BatchJob job, TensorFile activations) {
        if (job.mask() == null) {
            return Masks.NONE;
        }
        try {
            MaskArguments opened = new MaskArguments(List.of(job.mask()), activations, Path.of(job.folder()));
            masks.add(opened);
            return opened.masks();
        } catch (IllegalArgumentException wrong) {
            throw new LogalignException("the mask \"" + Names.printable(job.mask()) + "\": " + wrong.getMessage(),
                    wrong);
        }
    }

    @Override
    public void close() {
        masks.forEach(MaskArguments::close);
        files.values().forEach(TensorFile::close);
    }
}
