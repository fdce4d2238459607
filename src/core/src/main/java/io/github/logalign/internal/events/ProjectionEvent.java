package io.github.logalign.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A batch of tokens was projected. */
@Name("io.github.logalign.Projection")
@Label("Projection")
@Description("A batch of tokens was projected on singular vectors, or multiplied by weights")
@Category("logalign")
@StackTrace(false)
public final class ProjectionEvent extends Event {

    @Label("Tokens")
    long tokens;

    @Label("Columns")
    long columns;

    @Label("Directions")
    @Description("Singular vectors, or rows of the weights")
    long directions;

    @Label("Batch Size")
    @DataAmount
    long bytes;

    /**
     * Does what the event is about.
     *
     * @param itsTokens rows of the batch
     * @param itsColumns their length
     * @param itsDirections what they are projected on, how many
     * @param itsBytes of the batch
     */
    static void during(
            Runnable work, long itsTokens, long itsColumns, long itsDirections, long itsBytes) {
        ProjectionEvent event = new ProjectionEvent();
        event.begin();
        work.run();
        event.end();
        if (event.shouldCommit()) {
            event.tokens = itsTokens;
            event.columns = itsColumns;
            event.directions = itsDirections;
            event.bytes = itsBytes;
            event.commit();
        }
    }
}
