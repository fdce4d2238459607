/**
 * From files to rows: which weight goes with which activations, and the score of each pair, with a status and a reason
 * whatever happens.
 */
@NullMarked
package io.github.logalign.score;

import org.jspecify.annotations.NullMarked;
