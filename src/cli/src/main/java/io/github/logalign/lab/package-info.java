/**
 * The paper's two experiments in small: trainers on the project's own bindings that write checkpoints, activations and
 * metrics as any user's run would. Nothing of it reaches into scoring except through those files.
 *
 * <p>Source: arXiv 2605.28975.
 */
@NullMarked
package io.github.logalign.lab;

import org.jspecify.annotations.NullMarked;
