/**
 * The journal of a batch: what has been scored so far, in a file that survives whatever ends the process. Finished tables are
 * made from it.
 */
@NullMarked
package io.github.logalign.journal;

import org.jspecify.annotations.NullMarked;
