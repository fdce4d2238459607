package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.LogalignException;
import io.github.logalign.report.SpectraList;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Spectra;
import io.github.logalign.tensor.Names;
import io.github.logalign.tensor.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes spectra to files named after their layers, with a list of what is where. The names are given in the order of the
 * plan before anything is computed, so they do not depend on which layer is finished first.
 */
final class SpectraFolder {

    private static final List<String> KINDS = List.of("p", "sigma", "q");

    private final @Nullable Path folder;
    private final int threads;
    private final List<LayerJob> jobs;
    private final IdentityHashMap<LayerJob, String> names = new IdentityHashMap<>();
    private final IdentityHashMap<LayerJob, List<String>> written = new IdentityHashMap<>();
    private boolean listed;

    /**
     * Gives each layer its name.
     *
     * @param folder to write to, or null to write nothing
     * @param jobs in the order of the plan
     */
    SpectraFolder(@Nullable Path folder, List<LayerJob> jobs, int threads) {
        this.folder = folder;
        this.threads = threads;
        this.jobs = jobs;
        SpectraNames given = new SpectraNames();
        for (LayerJob job : jobs) {
            String activation = job.activation() == null ? "" : job.activation().name();
            names.put(job, given.next(job.layer(), job.layer() + "\n" + job.tensorName() + "\n" + activation));
        }
    }

    /** Adds to what is checked before any work every file that may be written. */
    void announce(Outputs outputs) {
        if (folder == null) {
            return;
        }
        Path list = folder.resolve(SpectraList.FILE);
        Set<String> own = Set.copyOf(SpectraList.namesIn(list));
        for (LayerJob job : jobs) {
            for (String name : planned(job)) {
                outputs.writes("--spectra", folder.resolve(name), own.contains(name) ? OwnFile.ANY : OwnFile.NONE);
            }
        }
        outputs.writes("--spectra", list, OwnFile.SPECTRA_LIST);
    }

    /** Makes the folder, if it is not there. */
    void begin() {
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(folder) + ": the folder for spectra cannot be made", failed);
        }
    }

    private List<String> planned(LayerJob job) {
        return KINDS.stream().map(kind -> fileName(job, kind)).toList();
    }

    private String fileName(LayerJob job, String kind) {
        return names.get(job) + "." + kind + ".npy";
    }

    /** Writes what there is of a layer. Any number of threads may call it, each for another layer. */
    void write(LayerJob job, @Nullable Spectra spectra) {
        if (folder == null || spectra == null) {
            return;
        }
        listAllOnce(folder);
        List<String> files = new ArrayList<>();
        files.add(write(folder, fileName(job, "p"), spectra.p()));
        files.add(write(folder, fileName(job, "sigma"), spectra.sigma()));
        double[] q = spectra.q();
        if (q != null) {
            files.add(write(folder, fileName(job, "q"), q));
        }
        synchronized (this) {
            written.put(job, files);
        }
    }

    private static String write(Path folder, String name, double[] values) {
        NpyWriter.write(folder.resolve(name), values);
        return name;
    }

    /** Before the first file: what a run leaves that is interrupted is then known as its own by the next. */
    private synchronized void listAllOnce(Path to) {
        if (!listed) {
            listed = true;
            writeList(to, jobs.stream()
                    .map(job -> new SpectraList.Entry(job.layer(), job.tensorName(), planned(job)))
                    .toList());
        }
    }

    /** Writes the list of what is there. */
    synchronized void finish() {
        if (folder == null || written.isEmpty()) {
            return;
        }
        List<SpectraList.Entry> entries = new ArrayList<>();
        for (LayerJob job : jobs) {
            List<String> files = written.get(job);
            if (files != null) {
                entries.add(new SpectraList.Entry(job.layer(), job.tensorName(), files));
            }
        }
        writeList(folder, entries);
    }

    private void writeList(Path to, List<SpectraList.Entry> entries) {
        SpectraList.write(to, Environment.current(), threads, entries);
    }
}
