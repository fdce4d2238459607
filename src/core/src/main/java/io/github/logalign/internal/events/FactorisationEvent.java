package io.github.logalign.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A weight spectrum was computed. */
@Name("io.github.logalign.Factorisation")
@Label("Factorisation")
@Description("The spectrum of a weight matrix was computed")
@Category("logalign")
@StackTrace(false)
public final class FactorisationEvent extends Event {

    @Label("Rows")
    long rows;

    @Label("Columns")
    long columns;

    @Label("Driver")
    @Description("What ran: method, routines, precision")
    String driver = "";

    @Label("Threads")
    int threads;

    @Label("Native Memory")
    @Description("Native memory that this library holds afterwards, the caller's results included")
    @DataAmount
    long nativeBytes;

    /** An event that begins now. */
    public static FactorisationEvent begun() {
        FactorisationEvent event = new FactorisationEvent();
        event.begin();
        return event;
    }

    /** Ends the event, of a matrix of this shape. */
    public void finish(long itsRows, long itsColumns, String itsDriver, int itsThreads, long bytes) {
        rows = itsRows;
        columns = itsColumns;
        driver = itsDriver;
        threads = itsThreads;
        nativeBytes = bytes;
        commit();
    }
}
