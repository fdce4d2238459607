package io.github.logalign.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A layer was scored. */
@Name("io.github.logalign.Score")
@Label("Score")
@Description("A layer was scored, from its files")
@Category("logalign")
@StackTrace(false)
public final class ScoreEvent extends Event {

    @Label("Layer")
    String layer = "";

    @Label("Outcome")
    String outcome = "";

    /** An event that begins now. */
    public static ScoreEvent begun() {
        ScoreEvent event = new ScoreEvent();
        event.begin();
        return event;
    }

    /** Ends the event. */
    public void finish(String itsLayer, String itsOutcome) {
        layer = itsLayer;
        outcome = itsOutcome;
        commit();
    }
}
