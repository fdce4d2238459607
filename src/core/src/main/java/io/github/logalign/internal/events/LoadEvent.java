package io.github.logalign.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A search for a BLAS library. */
@Name("io.github.logalign.Load")
@Label("BLAS Load")
@Description("A search for a BLAS library, with what was found or why nothing was")
@Category("logalign")
@StackTrace(false)
public final class LoadEvent extends Event {

    @Label("Path")
    String path = "";

    @Label("Kernels For")
    String core = "";

    @Label("Error")
    String error = "";

    /** An event that begins now. */
    public static LoadEvent begun() {
        LoadEvent event = new LoadEvent();
        event.begin();
        return event;
    }

    /** A library was found. */
    public void found(String itsPath, String itsCore) {
        path = itsPath;
        core = itsCore;
        commit();
    }

    /** None was found. */
    public void failed(String why) {
        error = why;
        commit();
    }
}
