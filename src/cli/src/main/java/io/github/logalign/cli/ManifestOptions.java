package io.github.logalign.cli;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Instead of files of weights and activations: a list of many, whose rows go to a journal as they are finished. */
final class ManifestOptions {

    private static final Pattern SHARD = Pattern.compile("([1-9][0-9]{0,6})/([1-9][0-9]{0,6})");

    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})([mMgG])");

    private static final long MB = 1_000_000;
    private static final long GB = 1000 * MB;

    /** What the JVM and OpenBLAS take beside the layers. */
    private static final long PROCESS = 200 * MB;

    @Reads
    @Option(names = "--manifest", paramLabel = "FILE",
            description = "Score what this file lists, JSON Lines or CSV, in place of --weights and --activations. Rows go to "
                    + "the journal OUT.journal as they are finished, and to --out, which ends in .parquet, .jsonl or .csv, at the end.")
    @Nullable
    Path manifest;

    @Option(names = "--resume", description = "Continue what the journal holds, with the same options.")
    boolean resume;

    @Option(names = "--retry-failed", description = "With --resume: score again what has failed.")
    boolean retryFailed;

    @Option(names = "--shard", paramLabel = "I/N", defaultValue = "1/1",
            description = "Only the I-th of N parts of the manifest; export joins the journals of all.")
    private String shard = "1/1";

    @Option(names = "--max-memory", paramLabel = "SIZE",
            description = "How much memory of its own the process may take, such as 4G or 800M (default: no "
                    + "limit); layers that need more at once wait for each other.")
    private @Nullable String maxMemory;

    @Option(names = "--with-spectra", description = "Rows have the spectra p and q and the singular values, as lists.")
    boolean withSpectra;

    /** A part of a manifest. */
    record Shard(int number, int count) {

        @Override
        public String toString() {
            return number + "/" + count;
        }
    }

    Shard shard(CommandLine commandLine) {
        Matcher matcher = SHARD.matcher(shard);
        if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > Integer.parseInt(matcher.group(2))) {
            throw new ParameterException(commandLine,
                    "--shard must be such as 2/4, the second of four parts, not " + shard);
        }
        return new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** The bytes that layers may take at once. */
    long memory(CommandLine commandLine) {
        if (maxMemory == null) {
            return Long.MAX_VALUE;
        }
        Matcher matcher = SIZE.matcher(maxMemory);
        if (!matcher.matches()) {
            throw new ParameterException(commandLine,
                    "--max-memory must be a size such as 4G or 800M, not " + maxMemory);
        }
        long bytes = Long.parseLong(matcher.group(1)) * (matcher.group(2).equalsIgnoreCase("g") ? GB : MB);
        if (bytes <= PROCESS) {
            throw new ParameterException(commandLine,
                    "--max-memory must be more than " + PROCESS / MB + "M, which the process itself takes, not "
                            + maxMemory);
        }
        return bytes - PROCESS;
    }

    /** Refuses options that mean nothing without a manifest. */
    void checkAlone(CommandLine commandLine) {
        if (manifest == null && (resume || retryFailed || withSpectra || maxMemory != null || !shard.equals("1/1"))) {
            throw new ParameterException(commandLine,
                    "--resume, --retry-failed, --with-spectra, --max-memory and --shard are for "
                            + "--manifest");
        }
        if (retryFailed && !resume) {
            throw new ParameterException(commandLine, "--retry-failed continues a journal: give --resume too");
        }
    }
}
