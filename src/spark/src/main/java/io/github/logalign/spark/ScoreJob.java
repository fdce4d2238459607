package io.github.logalign.spark;

import io.github.logalign.batch.Manifest;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.score.Glob;
import io.github.logalign.score.NameMap;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.SvdRoute;
import io.github.logalign.tensor.ReadOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The application for spark-submit: scores the jobs of a manifest, and writes their rows as Parquet.
 *
 * <p>Exit code 0: the rows are written, whatever they say; 1: they are not; 2: wrong usage.
 */
@Command(
        name = "logalign-spark",
        description = "Score the layers of a manifest on a Spark cluster.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class ScoreJob implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    private static final int MOST_REASONS = 20;
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})([mMgG])");

    @Option(names = "--manifest", required = true, paramLabel = "FILE",
            description = "JSON Lines or CSV, as for logalign score --manifest; a path or a URI, as are the names in it.")
    private String manifest = "";

    @Option(names = "--out", required = true, paramLabel = "FOLDER",
            description = "A folder for the rows, in Parquet; it must not exist.")
    private String out = "";

    @Option(names = "--files", paramLabel = "N", defaultValue = "1",
            description = "How many files the rows are divided into (default: ${DEFAULT-VALUE}).")
    private int files = 1;

    @Option(names = "--method", paramLabel = "svd|gram|auto|norm", defaultValue = "svd",
            description = "As for logalign score (default: ${DEFAULT-VALUE}).")
    private ScoreMethod method = ScoreMethod.SVD;

    @Option(names = "--precision", paramLabel = "double|single", defaultValue = "double",
            description = "Precision of the factorisation and the projections (default: ${DEFAULT-VALUE}).")
    private Precision precision = Precision.DOUBLE;

    @Option(names = "--products", paramLabel = "auto|kernel|blas", defaultValue = "auto",
            description = "Implementation that multiplies the matrices (default: the faster one).")
    private Products products = Products.AUTO;

    @Option(names = "--include", paramLabel = "GLOB",
            description = "Only weights or layers that match. Repeatable.")
    private List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB", description = "No weights or layers that match. Repeatable.")
    private List<String> exclude = new ArrayList<>();

    @Option(names = "--map", paramLabel = "WEIGHT=ACTIVATION",
            description = "Which activations belong to which weights; * stands for the same text. Repeatable.")
    private List<String> maps = new ArrayList<>();

    @Option(names = "--transposed", paramLabel = "GLOB",
            description = "Weights that are stored input x output. Repeatable.")
    private List<String> transposed = new ArrayList<>();

    @Option(names = "--local-space", paramLabel = "SIZE", defaultValue = "20G",
            description = "How much the copies of remote files may take on an executor's disk (default: ${DEFAULT-VALUE}).")
    private String localSpace = "20G";

    @Spec
    private @Nullable CommandSpec spec;

    private ScoreJob() {}

    /**
     * Runs the application and exits.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        int code = commandLine().execute(args);
        if (code != 0) {
            // A driver that a cluster runs must not exit before it has said that it succeeded.
            System.exit(code);
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new ScoreJob())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((wrong, _) -> {
                    wrong.getCommandLine().getErr().println("logalign: " + wrong.getMessage() + "; see --help");
                    return WRONG_USAGE;
                })
                .setExecutionExceptionHandler((failure, commandLine, _) -> {
                    commandLine.getErr().println("logalign: " + reason(failure));
                    return FAILED;
                });
    }

    /** What a user can act on: the innermost failure that has a message. */
    private static String reason(Throwable failure) {
        if (failure instanceof LogalignException) {
            return String.valueOf(failure.getMessage());
        }
        Throwable cause = failure;
        while (cause instanceof SparkException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
    }

    @Override
    public Integer call() throws IOException {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        SparkScorer scorer = scorer(commandLine);
        try (SparkSession spark = SparkSession.builder().appName("logalign").getOrCreate()) {
            Configuration configuration = spark.sparkContext().hadoopConfiguration();
            checkOut(configuration);
            Manifest jobs = HadoopFiles.manifest(manifest, configuration);
            scorer.score(JobTable.of(spark, jobs.jobs()), jobs.labels())
                    // The rows are shuffled once, and not sorted across files, for which Spark would compute them twice.
                    .repartition(files)
                    .sortWithinPartitions("job", "part")
                    .write()
                    .parquet(out);
            report(spark.read().parquet(out), commandLine.getErr());
            return 0;
        } catch (IllegalArgumentException wrong) {
            throw new LogalignException(out + ": " + wrong.getMessage(), wrong);
        }
    }

    /** Tries to write, since rows that cannot be written would be found so at the end. */
    private void checkOut(Configuration configuration) throws IOException {
        Path folder = new Path(out);
        FileSystem system = folder.getFileSystem(configuration);
        if (system.exists(folder)) {
            throw new LogalignException(out + ": it exists; name another folder, or delete it");
        }
        boolean isMade;
        try {
            isMade = system.mkdirs(folder);
        } catch (IOException failed) {
            throw new LogalignException(
                    out + ": the folder cannot be made (" + failed.getMessage() + "); name another one",
                    failed);
        }
        if (!isMade) {
            throw new LogalignException(out + ": the folder cannot be made; name another one");
        }
        system.delete(folder, false);
    }

    private SparkScorer scorer(CommandLine commandLine) {
        if (files < 1) {
            throw new ParameterException(commandLine, "--files must be at least 1, not " + files);
        }
        try {
            ScoreOptions options = new ScoreOptions(method, precision, SvdRoute.AUTO, NormRoute.AUTO, products);
            Selection selection = new Selection(null, null, maps.stream().map(NameMap::parse).toList(), globs(include),
                    globs(exclude), globs(transposed));
            return new SparkScorer(options, selection, ReadOptions.DEFAULT).withLocalBytes(bytes(commandLine));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static List<Glob> globs(List<String> texts) {
        return texts.stream().map(Glob::of).toList();
    }

    private long bytes(CommandLine commandLine) {
        Matcher matcher = SIZE.matcher(localSpace);
        if (!matcher.matches()) {
            throw new ParameterException(commandLine,
                    "--local-space must be a size such as 50G or 800M, not " + localSpace);
        }
        return Long.parseLong(matcher.group(1))
                * (matcher.group(2).equalsIgnoreCase("g") ? 1_000_000_000L : 1_000_000L);
    }

    /** Says how many layers are ok, and why others are not. */
    private void report(Dataset<Row> rows, PrintWriter err) {
        List<Row> missing = rows.filter("status <> 'ok'").select("job", "reason").orderBy("job").limit(MOST_REASONS)
                .collectAsList();
        missing.forEach(row -> err.println("logalign: job " + row.get(0) + ": " + row.getString(1)));
        List<String> counts = rows.groupBy("status").count().orderBy(org.apache.spark.sql.functions.desc("status"))
                .collectAsList().stream().map(row -> row.getLong(1) + " " + row.getString(0)).toList();
        err.println("logalign: " + String.join(", ", counts) + ": " + out);
    }
}
