package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.internal.io.Folders;
import io.github.logalign.report.SpectraList;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Spectra;
import io.github.logalign.tensor.NpyWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes spectra to files named after their layers, with an index of the files. The names are assigned in the order of
 * the plan before anything is computed, so they do not depend on which layer finishes first.
 */
final class SpectraFolder implements AutoCloseable {

    private static final List<String> KINDS = List.of("p", "sigma", "q");

    private final @Nullable Path folder;
    private final int threads;
    private final List<LayerJob> jobs;
    private final IdentityHashMap<LayerJob, String> names = new IdentityHashMap<>();
    private final IdentityHashMap<LayerJob, List<String>> written = new IdentityHashMap<>();
    private boolean announced;

    /**
     * Assigns a file name to each layer.
     *
     * @param folder the folder to write to, or null to write nothing
     * @param jobs the jobs, in the order of the plan
     */
    SpectraFolder(@Nullable Path folder, List<LayerJob> jobs, int threads) {
        this.folder = folder;
        this.threads = threads;
        this.jobs = jobs;
        SpectraNames given = new SpectraNames();
        for (LayerJob job : jobs) {
            String activation = job.activation() == null ? "" : job.activation().name();
            names.put(job,
                    given.next(job.layer(), job.layer() + "\n" + job.info().weight().name() + "\n" + activation));
        }
    }

    /** Registers every file that may be written, for the checks before any work. */
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

    /** Creates the folder if it does not exist. */
    void begin() {
        if (folder == null) {
            return;
        }
        Folders.make(folder);
    }

    private List<String> planned(LayerJob job) {
        return KINDS.stream().map(kind -> fileName(job, kind)).toList();
    }

    private String fileName(LayerJob job, String kind) {
        return names.get(job) + "." + kind + ".npy";
    }

    /** Writes the spectra of a layer, if any. Safe for concurrent calls for different layers. */
    void write(LayerJob job, @Nullable Spectra spectra) {
        if (folder == null || spectra == null) {
            return;
        }
        announceOnce(folder);
        write(folder, job, "p", spectra.p());
        write(folder, job, "sigma", spectra.sigma());
        double[] q = spectra.q();
        if (q != null) {
            write(folder, job, "q", q);
        }
    }

    private void write(Path to, LayerJob job, String kind, double[] values) {
        String name = fileName(job, kind);
        NpyWriter.write(to.resolve(name), values);
        synchronized (this) {
            written.computeIfAbsent(job, first -> new ArrayList<>()).add(name);
        }
    }

    /** Writes the index before the first file, so that the next run recognises the files left by a killed one. */
    private synchronized void announceOnce(Path to) {
        if (!announced) {
            List<String> names = jobs.stream().flatMap(job -> planned(job).stream()).toList();
            SpectraList.announce(to, Environment.current(), threads, names);
            announced = true;
        }
    }

    /** Writes the final index, even after a failure. */
    @Override
    public synchronized void close() {
        if (folder == null || !announced) {
            return;
        }
        List<SpectraList.Entry> entries = new ArrayList<>();
        for (LayerJob job : jobs) {
            List<String> files = written.get(job);
            if (files != null) {
                entries.add(new SpectraList.Entry(job.layer(), job.info().weight().name(), files));
            }
        }
        SpectraList.write(folder, Environment.current(), threads, entries);
    }
}
