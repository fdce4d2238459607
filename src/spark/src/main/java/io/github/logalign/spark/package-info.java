/**
 * Scores the layers of many checkpoints on a Spark cluster. Built on {@code batch}.
 *
 * <p>{@code ScoreJob} is the application for spark-submit. {@code JobTable} is the schema of jobs, {@code SparkScorer} makes a
 * Dataset of rows from a Dataset of jobs, {@code RowTable} is the schema of rows, and {@code LayerSums} divides the inputs of one
 * large layer among tasks.
 */
@NullMarked
package io.github.logalign.spark;

import org.jspecify.annotations.NullMarked;
