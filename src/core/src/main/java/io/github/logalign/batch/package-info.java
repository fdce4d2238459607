/**
 * Scores what a manifest lists: layers of thousands of checkpoints. Built on {@code score}.
 *
 * <p>{@code Manifest} reads the list, {@code BatchScorer} opens each file once while jobs need it and divides threads among the
 * layers, and a {@code BatchSink} takes the rows in the order in which they are finished. {@code BatchColumns} is the schema of a
 * row.
 */
@NullMarked
package io.github.logalign.batch;

import org.jspecify.annotations.NullMarked;
