package io.github.logalign.spark;

import io.github.logalign.batch.BatchScorer;
import java.io.Serial;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** The work of a task: jobs become rows. */
final class ScorePartition implements MapPartitionsFunction<Row, Row> {

    @Serial
    private static final long serialVersionUID = 1L;

    private final SparkScorer scorer;
    private final String[] labels;

    ScorePartition(SparkScorer scorer, List<String> labels) {
        this.scorer = scorer;
        this.labels = labels.toArray(String[]::new);
    }

    @Override
    public Iterator<Row> call(Iterator<Row> jobs) {
        TaskContext task = TaskContext.get();
        BatchScorer batches = new BatchScorer(
                scorer.options(), scorer.selection(), scorer.reading(), task.cpus(), Long.MAX_VALUE);
        RowTable table = new RowTable(List.of(labels));
        ScoredRows rows = new ScoredRows(jobs, batches, Executor.copies(scorer.localBytes()), task);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                return table.row(rows.next());
            }
        };
    }
}
