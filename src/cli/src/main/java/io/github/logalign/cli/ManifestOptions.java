package io.github.logalign.cli;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Instead of files of weights and activations: a list of many, whose rows go to a journal as they are finished. */
final class ManifestOptions {

    private static final Pattern SHARD = Pattern.compile("([1-9][0-9]{0,6})/([1-9][0-9]{0,6})");

    @Reads
    @Option(names = "--manifest", paramLabel = "FILE",
            description = "Score what this file lists, JSON Lines or CSV, in place of --weights and --activations. Rows go to "
                    + "the journal OUT.journal as they are finished, and to --out, which ends in .jsonl or .csv, at the end.")
    @Nullable
    Path manifest;

    @Option(names = "--resume", description = "Continue what the journal holds, with the same options.")
    boolean resume;

    @Option(names = "--retry-failed", description = "With --resume: score again what has failed.")
    boolean retryFailed;

    @Option(names = "--shard", paramLabel = "I/N", defaultValue = "1/1",
            description = "Only the I-th of N parts of the manifest; export joins the journals of all.")
    private String shard = "1/1";

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

    /** Refuses options that mean nothing without a manifest. */
    void checkAlone(CommandLine commandLine) {
        if (manifest == null && (resume || retryFailed || !shard.equals("1/1"))) {
            throw new ParameterException(commandLine, "--resume, --retry-failed and --shard are for --manifest");
        }
        if (retryFailed && !resume) {
            throw new ParameterException(commandLine, "--retry-failed continues a journal: give --resume too");
        }
    }
}
