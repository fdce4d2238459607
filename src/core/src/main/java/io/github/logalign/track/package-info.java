/**
 * LAR over training steps: the checkpoints of a run, the time series of their scores, the deviation from a baseline,
 * the slope of LAR, and alarms with documented error rates.
 */
@NullMarked
package io.github.logalign.track;

import org.jspecify.annotations.NullMarked;
