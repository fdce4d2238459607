package io.github.logalign.batch;

import io.github.logalign.internal.io.CsvReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Glob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
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
     * Reads a manifest. Paths in it are relative to its folder. A name of an activations file with wildcards stands for the
     * files there are, in the order of their names.
     *
     * @param path a name that ends in .jsonl, .ndjson or .csv
     * @return the manifest
     * @throws LogalignException if it cannot be read or a line is wrong; the message names the line
     */
    public static Manifest read(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new LogalignException(Names.printable(path) + ": is not a regular file; give JSON Lines or CSV");
        }
        String text = CsvReader.text(path);
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
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
        List<BatchJob> jobs = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        for (ManifestLine line : lines) {
            jobs.add(job(path, folder, line, jobs.size() + 1).sharing(texts));
        }
        return new Manifest(path, jobs, fingerprint(text));
    }

    private static BatchJob job(Path path, Path folder, ManifestLine line, int number) {
        try {
            List<String> activations = new ArrayList<>();
            for (String pattern : line.activations()) {
                activations.addAll(files(folder, pattern));
            }
            if (activations.stream().distinct().count() < activations.size()) {
                throw new LogalignException(Names.printable(path) + ": line " + line.number()
                        + " lists a file of activations twice; its tokens would count twice: leave one out");
            }
            return new BatchJob(number, folder.resolve(line.weights()).toString(), line.tensor(), activations,
                    line.activation(), line.mask(), folder.toString(), line.labels());
        } catch (InvalidPathException | IOException wrong) {
            throw new LogalignException(Names.printable(path) + ": line " + line.number() + ": "
                    + Names.printable(String.valueOf(wrong.getMessage())) + "; correct the path", wrong);
        }
    }

    /** The files that fit, or the pattern where none does: opening it says so. */
    private static List<String> files(Path folder, String pattern) throws IOException {
        Path path = folder.resolve(pattern);
        Path parent = path.getParent();
        String name = String.valueOf(path.getFileName());
        if (parent == null || Files.exists(path) || !Files.isDirectory(parent)
                || !Glob.hasWildcards(name)) {
            return List.of(path.toString());
        }
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, name)) {
            entries.forEach(entry -> found.add(entry.toString()));
        }
        found.sort(null);
        return found.isEmpty() ? List.of(path.toString()) : found;
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
