package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The temporary files of this process, so that an interrupted one leaves none behind. */
final class TemporaryFiles {

    private static final Set<Path> FILES = new HashSet<>();
    private static final Set<Runnable> LAST_WORK = new HashSet<>();
    private static boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFiles::end, "logalign-temporary-files"));
    }

    private TemporaryFiles() {}

    /** Must be called before the file is created. */
    static synchronized void add(Path file) {
        if (ending) {
            throw new LogalignException(
                    Names.printable(file) + ": nothing is written any more, the process is ending; run it again");
        }
        FILES.add(file);
    }

    static synchronized void deleteAndForget(Path file) {
        if (FILES.remove(file)) {
            delete(file);
        }
    }

    /** Leaves the file where it is. */
    static synchronized void forget(Path file) {
        FILES.remove(file);
    }

    static synchronized void doBeforeEnd(Runnable work) {
        LAST_WORK.add(work);
    }

    static synchronized void doNoMore(Runnable work) {
        LAST_WORK.remove(work);
    }

    /** Hooks run side by side: the order of work and clean-up is kept here. */
    private static void end() {
        List<Runnable> work;
        synchronized (TemporaryFiles.class) {
            work = List.copyOf(LAST_WORK);
        }
        try {
            work.forEach(Runnable::run);
        } finally {
            deleteAll();
        }
    }

    private static synchronized void deleteAll() {
        ending = true;
        FILES.forEach(TemporaryFiles::delete);
        FILES.clear();
    }

    @SuppressWarnings("EmptyCatch")
    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException undeletable) {
            // Whatever made the writing fail is the news; this would hide it.
        }
    }
}
