package io.github.logalign.batch;

import io.github.logalign.internal.io.CsvReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A list of jobs in a file: JSON Lines, an object a line, or CSV with a header.
 *
 * <p>Thread safety: immutable.
 *
 * @param path the file
 * @param jobs its lines
 * @param fingerprint changes with the content of the file
 */
public record Manifest(Path path, List<BatchJob> jobs, String fingerprint) {

    private static final int FINGERPRINT_BYTES = 8;

    /** Copies the list. */
    public Manifest {
        jobs = List.copyOf(jobs);
    }

    /**
     * Reads a manifest. Paths in it are relative to its folder. A name of a file with wildcards stands for the files there
     * are, in the order of their names.
     *
     * @param path a name that ends in .jsonl, .ndjson or .csv
     * @return the manifest
     * @throws LogalignException if it cannot be read or a line is wrong; the message names the line
     */
    public static Manifest read(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new LogalignException(Names.printable(path) + ": is not a regular file; give JSON Lines or CSV");
        }
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
        return of(path, CsvReader.text(path), new FolderFiles(folder));
    }

    /**
     * Reads a manifest that is not a file of this machine, or whose files are not.
     *
     * @param path a name that ends in .jsonl, .ndjson or .csv, for messages
     * @param text the content
     * @param files what the names in it stand for
     * @return the manifest
     * @throws LogalignException if a line is wrong; the message names the line
     */
    public static Manifest of(Path path, String text, ManifestFiles files) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        List<ManifestLine> lines;
        if (name.endsWith(".csv")) {
            lines = ManifestLine.csv(path, text);
        } else if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            lines = ManifestLine.jsonLines(path, text);
        } else {
            throw new LogalignException(
                    Names.printable(path) + ": is no manifest by its name; give JSON Lines (.jsonl) or CSV (.csv)");
        }
        if (lines.isEmpty()) {
            throw new LogalignException(Names.printable(path) + ": lists no jobs; write one a line");
        }
        List<BatchJob> jobs = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        for (ManifestLine line : lines) {
            jobs.add(job(path, files, line, jobs.size() + 1).sharing(texts));
        }
        return new Manifest(path, jobs, fingerprint(text));
    }

    private static BatchJob job(Path path, ManifestFiles files, ManifestLine line, int number) {
        try {
            JobFiles weights = all(line.weights(), files);
            JobFiles activations = all(line.activations(), files);
            for (JobFiles each : List.of(weights, activations)) {
                if (each.names().stream().distinct().count() < each.names().size()) {
                    throw new LogalignException(Names.printable(path) + ": line " + line.number()
                            + " lists a file twice, so that its numbers would count twice: leave one out");
                }
            }
            if (weights.names().size() > 1 && weights.axis() == null) {
                throw new LogalignException(Names.printable(path) + ": line " + line.number() + " lists "
                        + weights.names().size()
                        + " files of weights; say with weights_axis along which axis they are joined");
            }
            return new BatchJob(number, weights, line.tensor(), activations, line.activation(), line.mask(),
                    files.folder(),
                    line.labels());
        } catch (InvalidPathException | IOException wrong) {
            throw new LogalignException(Names.printable(path) + ": line " + line.number() + ": "
                    + Names.printable(String.valueOf(wrong.getMessage())) + "; correct the path", wrong);
        }
    }

    private static JobFiles all(JobFiles patterns, ManifestFiles files) throws IOException {
        List<String> names = new ArrayList<>();
        for (String pattern : patterns.names()) {
            names.addAll(files.files(pattern));
        }
        return new JobFiles(names, patterns.axis());
    }

    private static String fingerprint(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * The names of all labels.
     *
     * @return in the order in which they occur
     */
    public List<String> labels() {
        Set<String> names = new LinkedHashSet<>();
        jobs.forEach(job -> names.addAll(job.labels().keySet()));
        return List.copyOf(names);
    }

    /**
     * One of several parts of about the same size. Neighbouring jobs stay together, since they often have files in common.
     *
     * @param shard which, from 1
     * @param shards how many there are
     * @return the jobs of this part, with their numbers in the whole manifest
     * @throws IllegalArgumentException if there is no such part
     */
    public List<BatchJob> shard(int shard, int shards) {
        if (shard < 1 || shard > shards) {
            throw new IllegalArgumentException("there is no shard " + shard + " of " + shards);
        }
        int from = (int) ((long) jobs.size() * (shard - 1) / shards);
        int to = (int) ((long) jobs.size() * shard / shards);
        return jobs.subList(from, to);
    }
}
