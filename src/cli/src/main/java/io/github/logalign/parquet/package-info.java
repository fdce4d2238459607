/**
 * Writes rows as Parquet: flat columns and structs of them, gzip, one page a column in each row group. Source: the format's
 * specification, github.com/apache/parquet-format.
 */
@NullMarked
package io.github.logalign.parquet;

import org.jspecify.annotations.NullMarked;
