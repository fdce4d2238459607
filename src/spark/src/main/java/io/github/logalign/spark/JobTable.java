package io.github.logalign.spark;

import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.JobFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Jobs as rows of Spark.
 *
 * <p>Thread safety: stateless.
 */
public final class JobTable {

    static final String NUMBER = "number";
    static final String WEIGHTS = "weights";

    private static final String TENSOR = "tensor";
    private static final String WEIGHTS_AXIS = "weights_axis";
    private static final String ACTIVATIONS = "activations";
    private static final String ACTIVATIONS_AXIS = "activations_axis";
    private static final String ACTIVATION = "activation";
    private static final String MASK = "mask";
    private static final String FOLDER = "folder";
    private static final String LABELS = "labels";

    /**
     * The columns of a {@link BatchJob}, named as the keys of a manifest, and number and folder. Only number, weights and activations
     * have to be given.
     */
    public static final StructType SCHEMA = new StructType()
            .add(NUMBER, DataTypes.IntegerType, false)
            .add(WEIGHTS, DataTypes.createArrayType(DataTypes.StringType, false), false)
            .add(WEIGHTS_AXIS, DataTypes.IntegerType)
            .add(TENSOR, DataTypes.StringType)
            .add(ACTIVATIONS, DataTypes.createArrayType(DataTypes.StringType, false), false)
            .add(ACTIVATIONS_AXIS, DataTypes.IntegerType)
            .add(ACTIVATION, DataTypes.StringType)
            .add(MASK, DataTypes.StringType)
            .add(FOLDER, DataTypes.StringType)
            .add(LABELS, DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType, false));

    private JobTable() {}

    /**
     * A table of jobs, such as those of a manifest.
     *
     * @param spark the session
     * @param jobs the rows
     * @return a table with the schema {@link #SCHEMA}
     */
    public static Dataset<Row> of(SparkSession spark, List<BatchJob> jobs) {
        return spark.createDataFrame(jobs.stream().map(JobTable::row).toList(), SCHEMA);
    }

    private static Row row(BatchJob job) {
        return RowFactory.create(
                job.number(),
                CollectionConverters.asScala(job.weights().names()).toSeq(),
                job.weights().axis(),
                job.tensor(),
                CollectionConverters.asScala(job.activations().names()).toSeq(),
                job.activations().axis(),
                job.activation(),
                job.mask(),
                job.folder(),
                CollectionConverters.asScala(job.labels()));
    }

    /**
     * The job of a row.
     *
     * @param row with the columns of {@link #SCHEMA}, in any order
     * @return the job
     * @throws IllegalArgumentException if a column is missing, or there are no activations
     */
    public static BatchJob job(Row row) {
        String folder = row.getAs(FOLDER);
        Map<String, String> labels = row.isNullAt(row.fieldIndex(LABELS))
                ? Map.of()
                : row.getJavaMap(row.fieldIndex(LABELS));
        return new BatchJob(
                row.<Number>getAs(NUMBER).intValue(),
                files(row, WEIGHTS, WEIGHTS_AXIS),
                row.getAs(TENSOR),
                files(row, ACTIVATIONS, ACTIVATIONS_AXIS),
                row.getAs(ACTIVATION),
                row.getAs(MASK),
                folder == null ? "" : folder,
                new LinkedHashMap<>(labels));
    }

    private static JobFiles files(Row row, String names, String axis) {
        return new JobFiles(row.getList(row.fieldIndex(names)), row.getAs(axis));
    }
}
