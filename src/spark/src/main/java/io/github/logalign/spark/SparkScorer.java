package io.github.logalign.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;

import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.ReadOptions;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Scores jobs on a cluster. Jobs with the same weights go to the same task, so that the file is opened once, and a weight that
 * several of them need is factorised once; only where there are fewer files than cores are the jobs of a file divided.
 *
 * <p>Files are paths that every executor sees, or URIs of any Hadoop file system: those are copied to a folder of the executor,
 * of bounded size, and mapped there.
 *
 * <p>Thread safety: immutable.
 */
public final class SparkScorer implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Enough that no core waits for the last task for long. */
    private static final int TASKS_PER_CORE = 4;

    /** A task of one file costs little; one of no file costs milliseconds. */
    private static final int PARTITIONS_PER_FILE = 4;

    private static final int MOST_PARTITIONS = 10_000;

    /** How layers are scored. */
    private final ScoreOptions options;

    /** What of the files is wanted. */
    private final Selection selection;

    /** How files are read. */
    private final ReadOptions reading;

    /** How many bytes the copies of remote files may have. */
    private final long localBytes;

    /**
     * Makes a scorer.
     *
     * @param options how layers are scored
     * @param selection what of the files is wanted, where a job does not name a tensor
     * @param reading how files are read
     */
    public SparkScorer(ScoreOptions options, Selection selection, ReadOptions reading) {
        this(options, selection, reading, LocalCopies.DEFAULT_BOUND);
    }

    private SparkScorer(ScoreOptions options, Selection selection, ReadOptions reading, long localBytes) {
        this.options = Objects.requireNonNull(options, "options");
        this.selection = Objects.requireNonNull(selection, "selection");
        this.reading = Objects.requireNonNull(reading, "reading");
        this.localBytes = localBytes;
    }

    /**
     * The same with another bound for the copies of remote files; 20 GB by default.
     *
     * @param bytes how many bytes they may have in each executor, at least those of the files of a job
     * @return a scorer
     * @throws IllegalArgumentException if there are none
     */
    public SparkScorer withLocalBytes(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("some space is needed, not " + bytes + " bytes");
        }
        return new SparkScorer(options, selection, reading, bytes);
    }

    /**
     * Scores jobs. Nothing runs but a count of the files until the rows are asked for. A job whose files cannot be read costs a
     * row, never more; a file system that fails costs an attempt of the task.
     *
     * @param jobs with the schema {@link JobTable#SCHEMA}
     * @param labels the labels that rows show, by their names
     * @return a row for each layer with the schema of {@link RowTable}, in no order
     */
    public Dataset<Row> score(Dataset<Row> jobs, List<String> labels) {
        long files = Math.max(1, jobs.select(JobTable.WEIGHTS).distinct().count());
        int cores = jobs.sparkSession().sparkContext().defaultParallelism();
        int parts = (int) Math.max(1, Math.ceilDiv((long) TASKS_PER_CORE * cores, files));
        int partitions = (int) Math.min(MOST_PARTITIONS, PARTITIONS_PER_FILE * files * parts);
        return jobs
                .repartition(partitions, col(JobTable.WEIGHTS), pmod(col(JobTable.NUMBER), lit(parts)))
                .sortWithinPartitions(JobTable.WEIGHTS, JobTable.NUMBER)
                .mapPartitions(new ScorePartition(this, labels), Encoders.row(new RowTable(labels).schema()));
    }

    ScoreOptions options() {
        return options;
    }

    Selection selection() {
        return selection;
    }

    ReadOptions reading() {
        return reading;
    }

    long localBytes() {
        return localBytes;
    }
}
