/**
 * LAR over training steps: the checkpoints of a run, the series of their scores, a baseline and the deviation from it, the
 * rate of decline, and alarms with stated error rates.
 */
@NullMarked
package io.github.logalign.track;

import org.jspecify.annotations.NullMarked;
