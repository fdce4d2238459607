package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/**
 * The contents of an existing {@code --out} file.
 *
 * @param rows the rows to continue with
 * @param samples what comparisons need of these rows
 * @param note a note about the rows, or null
 */
record KnownSeries(Series rows, List<LayerSample> samples, @Nullable String note) {

    private static final KnownSeries NONE = new KnownSeries(Series.EMPTY, List.of(), null);

    /**
     * Reads the rows. With {@code --force}, a file that cannot be continued is started anew.
     *
     * @param out the series file, or null
     * @throws LogalignException if the file is damaged
     * @throws ParameterException if its rows belong to another run
     */
    static KnownSeries of(
            CommandLine commandLine, @Nullable Path out, boolean force, Path run, List<Checkpoint> checkpoints,
            CheckpointScorer scorer)
            throws IOException {
        if (out == null || !Files.isRegularFile(out) || Files.size(out) == 0 || !OwnFile.SERIES.fits(out)) {
            return NONE;
        }
        Series rows;
        List<LayerSample> samples;
        try {
            rows = SeriesFile.read(out);
            samples = SampleFile.read(SampleFile.beside(out));
        } catch (LogalignException damaged) {
            if (force) {
                return NONE;
            }
            String message = String.valueOf(damaged.getMessage());
            throw new LogalignException(
                    message + (message.contains("; ") ? ", or " : "; ") + "start anew with " + ForceOption.NAME,
                    damaged);
        }
        SeriesOrigin origin = SeriesOrigin.of(rows, run, checkpoints, scorer::stamp);
        if (origin.other() == null) {
            return new KnownSeries(rows, samples, null);
        }
        String other = Names.printable(origin.other());
        if (origin.moved()) {
            return new KnownSeries(rows, samples, Names.printable(out) + " holds rows of the run " + other
                    + ", which was moved: the files here are the same, so the rows are kept");
        }
        if (force) {
            return NONE;
        }
        throw new ParameterException(commandLine,
                "--out " + Names.printable(out) + ": it holds the rows of another run, "
                        + other + "; name another file, or start anew with " + ForceOption.NAME);
    }
}
