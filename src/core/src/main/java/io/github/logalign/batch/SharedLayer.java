package io.github.logalign.batch;

import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Scorer;
import java.util.ArrayList;
import java.util.List;

/** The rows of one weight, which are computed one after the other from one factorisation. */
final class SharedLayer {

    /**
     * What a row is computed from.
     *
     * @param part the number of the layer in the job
     * @param batches the layer's inputs in each file
     */
    record Row(BatchJob job, int part, List<Scorer.Batch> batches) {

        LayerJob layer() {
            return batches.getFirst().job();
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    List<Row> rows() {
        return rows;
    }

    LayerJob first() {
        return rows.getFirst().layer();
    }

    /** How long it takes, compared with others. */
    double cost(Scorer scorer) {
        return rows.stream().flatMap(row -> row.batches().stream()).mapToDouble(batch -> scorer.cost(batch.job()))
                .sum();
    }
}
