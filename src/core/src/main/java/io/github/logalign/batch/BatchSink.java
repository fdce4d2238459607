package io.github.logalign.batch;

/**
 * Takes the rows of a batch.
 *
 * <p>Thread safety: called from several threads at once.
 */
public interface BatchSink {

    /**
     * Whether a layer needs no row any more.
     *
     * @param job the job's number
     * @param part the layer's number in it, or {@link BatchRow#WHOLE_JOB} for all of its layers
     * @return true to leave it out
     */
    boolean isDone(int job, int part);

    /**
     * Takes a row. What it throws ends the batch.
     *
     * @param row a layer that is finished
     */
    void accept(BatchRow row);

    /**
     * Says that a job has so many layers that need a row.
     *
     * @param job the job's number
     * @param layers how many layers it has
     * @param wanted how many of them are not done
     */
    void planned(int job, int layers, int wanted);
}
