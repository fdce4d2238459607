/**
 * From files to rows: pairs weights with activations and scores each pair. Every row has a status, and every row
 * without a score has a reason.
 *
 * <p>{@code Pairing} pairs tensors by name, {@code Rows} checks the shapes, and {@code Orientation} decides how each
 * weight is stored, from the user's options, the activations, config.json and the other weights of the file.
 *
 * <p>{@code LayerColumns} is the schema of a row. Files, tables and the help take the columns from it.
 */
@NullMarked
package io.github.logalign.score;

import org.jspecify.annotations.NullMarked;
