package io.github.logalign.spark;

import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.JobFiles;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job in which copies take the place of remote files.
 *
 * @param job what is scored once the copies are there
 * @param remote the files to copy
 */
record LocalJob(BatchJob job, Set<String> remote) {

    /**
     * Looks for the files of a job: its weights with their config.json and the shards of an index, the activations, and the mask.
     *
     * @param names learns what stands for what
     * @throws UncheckedIOException if a file system fails
     */
    static LocalJob of(BatchJob job, LocalCopies copies, RemoteFiles files, RemoteNames names)
            throws InterruptedException {
        Finder finder = new Finder(copies, files, names, new LinkedHashSet<>());
        try {
            for (String file : job.weights().names()) {
                finder.tensors(file);
                if (Locations.isRemote(file)) {
                    finder.copy(ModelConfig.pathBeside(Path.of(file)).getFileName(), file);
                }
            }
            for (String file : job.activations().names()) {
                finder.tensors(file);
            }
            BatchJob local = new BatchJob(job.number(), finder.local(job.weights()), job.tensor(),
                    finder.local(job.activations()), job.activation(), finder.mask(job), finder.folder(job.folder()),
                    job.labels());
            return new LocalJob(local, finder.remote);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Collects the remote files of one job. */
    private record Finder(
            LocalCopies copies, RemoteFiles files, RemoteNames names, Set<String> remote) {

        /** A file of tensors, and what belongs to it. */
        void tensors(String name) throws InterruptedException {
            if (!Locations.isRemote(name)) {
                return;
            }
            String local = copy(name);
            if (name.endsWith(".json")) {
                try (LocalCopies.Lease _ = copies.hold(List.of(name), files)) {
                    TensorFile.shards(Path.of(local)).forEach(file -> copy(file.getFileName(), name));
                } catch (LogalignException noIndex) {
                    // Its row is going to say so.
                }
            }
        }

        JobFiles local(JobFiles files) {
            return new JobFiles(files.names().stream().map(this::local).toList(), files.axis());
        }

        /** A file in the folder of another one. */
        void copy(Path name, String beside) {
            copy(new org.apache.hadoop.fs.Path(new org.apache.hadoop.fs.Path(beside).getParent(), name.toString())
                    .toString());
        }

        String copy(String name) {
            remote.add(name);
            return local(name);
        }

        String local(String name) {
            if (!Locations.isRemote(name)) {
                return Locations.of(name);
            }
            String local = copies.path(name).toString();
            names.add(local, name);
            return local;
        }

        /** The folder in which the copies of a folder's files are. */
        String folder(String folder) {
            if (!Locations.isRemote(folder)) {
                return Locations.of(folder);
            }
            String local = Objects.requireNonNull(copies.path(folder + "/file").getParent()).toString();
            names.add(local, folder);
            return local;
        }

        /** The text of the mask, which names a copy if its file is remote. */
        @Nullable
        String mask(BatchJob job) throws IOException {
            String mask = job.mask();
            if (mask == null) {
                return null;
            }
            int equals = mask.indexOf('=');
            for (String layers : equals < 0 ? List.of("") : List.of("", mask.substring(0, equals + 1))) {
                String rest = mask.substring(layers.length());
                for (int end = rest.length(); end > 0; end = rest.lastIndexOf(':', end - 1)) {
                    Optional<String> file = remoteFile(job.folder(), rest.substring(0, end));
                    if (file.isPresent()) {
                        return layers + copy(file.get()) + rest.substring(end);
                    }
                }
            }
            return mask;
        }

        private Optional<String> remoteFile(String folder, String name) throws IOException {
            try {
                String file = Locations.isRemote(name)
                        ? name
                        : folder.isEmpty() ? name : new org.apache.hadoop.fs.Path(folder, name).toString();
                return Locations.isRemote(file) && files.status(file).isPresent()
                        ? Optional.of(file)
                        : Optional.empty();
            } catch (IllegalArgumentException noName) {
                return Optional.empty();
            }
        }
    }
}
