package io.github.logalign.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sums of a window, a pane each, in a ring: a new pane takes the place of the oldest.
 *
 * <p>Thread safety: none.
 *
 * @param <S> sums
 */
final class Panes<S> {

    private static final class Pane<S> {
        final S sums;
        long number;

        Pane(S sums, long number) {
            this.sums = sums;
            this.number = number;
        }
    }

    private final List<@Nullable Pane<S>> ring;
    private final Supplier<S> make;
    private final Consumer<S> reset;

    Panes(int count, Supplier<S> make, Consumer<S> reset) {
        this.ring = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            ring.add(null);
        }
        this.make = make;
        this.reset = reset;
    }

    /** The sums of a pane, or of a newer one that has taken its place: a slow thread may be late by a whole window. */
    S of(long number) {
        int place = (int) Math.floorMod(number, (long) ring.size());
        Pane<S> pane = ring.get(place);
        if (pane == null) {
            pane = new Pane<>(make.get(), number);
            ring.set(place, pane);
        } else if (pane.number < number) {
            reset.accept(pane.sums);
            pane.number = number;
        }
        return pane.sums;
    }

    /** Passes on the sums of the window that ends with a pane. */
    void upTo(long last, Consumer<S> each) {
        for (Pane<S> pane : ring) {
            if (pane != null && pane.number > last - ring.size() && pane.number <= last) {
                each.accept(pane.sums);
            }
        }
    }
}
