/**
 * Small versions of the paper's two experiments. Their trainers use the project's own bindings and write checkpoints,
 * activations and metrics like any user's run. Scoring sees only those files.
 *
 * <p>Source: arXiv 2605.28975.
 */
@NullMarked
package io.github.logalign.lab;

import org.jspecify.annotations.NullMarked;
