package io.github.logalign.batch;

import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Spectra;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scored layer of a job.
 *
 * <p>Thread safety: immutable.
 *
 * @param job the job's number in the manifest
 * @param part which layer of the job, from 0; {@link #WHOLE_JOB} if none of its layers could be found
 * @param labels the job's labels
 * @param score the row
 * @param spectra the spectra behind it; null if there are none, or they are not wanted
 */
public record BatchRow(
        int job, int part, Map<String, String> labels, LayerScore score, @Nullable Spectra spectra)
        implements
            Serializable {

    /** The part of a row that says why a job has no layers. */
    public static final int WHOLE_JOB = -1;

    /**
     * A row without spectra.
     *
     * @param job the job's number in the manifest
     * @param part which layer of the job, from 0; {@link #WHOLE_JOB} if none of its layers could be found
     * @param labels the job's labels
     * @param score the row
     */
    public BatchRow(int job, int part, Map<String, String> labels, LayerScore score) {
        this(job, part, labels, score, null);
    }

    /** Copies the labels. */
    public BatchRow {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /**
     * The row of a job whose layers cannot be found.
     *
     * @param job the job
     * @param reason why, and what to do about it
     * @return a row of {@link #WHOLE_JOB} that has failed
     */
    public static BatchRow failed(BatchJob job, String reason) {
        String tensor = job.tensor();
        LayerInfo info = new LayerInfo(tensor == null ? "" : tensor,
                new LayerInfo.Source(job.weights().toString(), tensor),
                new LayerInfo.Source(job.activations().toString(), job.activation()), null, null, List.of());
        return new BatchRow(job.number(), WHOLE_JOB, job.labels(),
                new LayerScore(info, new Outcome.Failed(reason), 0));
    }
}
