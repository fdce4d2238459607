package io.github.logalign.batch;

import io.github.logalign.score.LayerScore;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A scored layer of a job.
 *
 * <p>Thread safety: immutable.
 *
 * @param job the job's number in the manifest
 * @param part which layer of the job, from 0; {@link #WHOLE_JOB} if none of its layers could be found
 * @param labels the job's labels
 * @param score the row
 */
public record BatchRow(int job, int part, Map<String, String> labels, LayerScore score) implements Serializable {

    /** The part of a row that says why a job has no layers. */
    public static final int WHOLE_JOB = -1;

    /** Copies the labels. */
    public BatchRow {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
}
