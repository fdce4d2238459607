/**
 * From files to rows: which weight goes with which activations, and the score of each pair, with a status and a reason
 * whatever happens.
 *
 * <p>{@code Pairing} finds what belongs together by name, {@code Rows} looks at the shapes, and {@code Orientation} decides how
 * each weight is stored, on the evidence of the user, the activations, config.json and the other weights of the file.
 */
@NullMarked
package io.github.logalign.score;

import org.jspecify.annotations.NullMarked;
