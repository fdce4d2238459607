package io.github.logalign.internal.blas;

import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.events.LoadEvent;
import io.github.logalign.internal.events.Log;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The library of this process, looked for at the first call. A failure is kept only if it would come again: one for want of
 * memory, of room on a disk or of a file that may appear yet is looked into again by the next caller.
 *
 * <p>The search runs on a thread of its own: on the caller's an interrupt would close the files that natives are extracted to.
 *
 * <p>Thread safety: any number of threads; one of them searches, and the others wait for it.
 */
final class Loading {

    private static volatile @Nullable Outcome kept;

    private Loading() {}

    /**
     * A library, or the reason why none was found.
     *
     * @param blas the library, or null
     * @param error the reason why none was found, or null
     * @param mayPass whether the error may be gone at the next search
     */
    record Outcome(@Nullable Blas blas, @Nullable String error, boolean mayPass) {}

    /** What there is. */
    static Outcome outcome() {
        Outcome known = kept;
        return known == null ? first() : known;
    }

    private static synchronized Outcome first() {
        Outcome known = kept;
        if (known != null) {
            return known;
        }
        Outcome found = search();
        if (!found.mayPass()) {
            kept = found;
        }
        return found;
    }

    private static Outcome search() {
        FutureTask<Outcome> task = new FutureTask<>(Loading::searchHere);
        Thread.ofPlatform().name("logalign-load").daemon().start(task);
        try {
            return LargeStack.await(task);
        } catch (IllegalCallerException refused) {
            return new Outcome(null, NativeAccess.advice(), false);
        }
    }

    private static Outcome searchHere() {
        LibrarySearch search = new LibrarySearch(Platform.current(), LibrarySearch.Settings.ofThisProcess());
        LoadEvent event = Events.areRecorded() ? LoadEvent.begun() : null;
        try {
            Blas blas = new Blas(search.find());
            Log.debug(() -> "loaded " + blas.info().path() + ", kernels for " + blas.info().coreName());
            if (event != null) {
                event.found(blas.info().path(), String.valueOf(blas.info().coreName()));
            }
            return new Outcome(blas, null, false);
        } catch (BlasException none) {
            if (event != null) {
                event.failed(String.valueOf(none.getMessage()));
            }
            return new Outcome(null, none.getMessage(), search.mayPass());
        }
    }
}
