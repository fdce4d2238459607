package io.github.logalign.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Somebody looked at a probe. */
@Name("io.github.logalign.ProbeSnapshot")
@Label("Probe Snapshot")
@Description("A snapshot of a probe was taken")
@Category("logalign")
@StackTrace(false)
public final class ProbeSnapshotEvent extends Event {

    @Label("Layer")
    String layer = "";

    @Label("LAR")
    @Description("Of the tokens in the window; NaN if it is undefined")
    double lar;

    @Label("Tokens")
    @Description("In the window")
    long tokens;

    @Label("Dropped Tokens")
    @Description("Since the probe was made")
    long dropped;

    /** An event that begins now. */
    public static ProbeSnapshotEvent begun() {
        ProbeSnapshotEvent event = new ProbeSnapshotEvent();
        event.begin();
        return event;
    }

    /** Ends the event. */
    public void finish(String itsLayer, double itsLar, long itsTokens, long itsDropped) {
        layer = itsLayer;
        lar = itsLar;
        tokens = itsTokens;
        dropped = itsDropped;
        commit();
    }
}
