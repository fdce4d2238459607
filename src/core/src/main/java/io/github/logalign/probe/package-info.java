/**
 * Probes: the LAR of layers under live traffic, from a sample of the tokens. Built on the sums of the facade.
 *
 * <p>What threads share, and why no update is lost: counts are {@link java.util.concurrent.atomic.LongAdder}s, of which each
 * call changes the right ones once. The number of sampled tokens, from which the number of a pane follows, only grows, by an
 * atomic addition. Sums and blocks of rows are touched only under the lock of their stripe, which a recording thread tries and
 * never waits for, and a snapshot waits for; each is in one stripe. A thread that was stopped between taking the number
 * of a pane and adding to it finds a newer pane there, and adds to that one: panes never go back. The weights are
 * immutable and reached through one volatile field; everything that belongs to a generation hangs on them, so that a
 * thread that still holds old ones cannot add to new sums. Blocks go from a stripe through a queue to the one thread that
 * holds the lock for projecting, and from there to the queue of free blocks: each has one owner at any moment.
 */
@NullMarked
package io.github.logalign.probe;

import org.jspecify.annotations.NullMarked;
