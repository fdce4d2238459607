package io.github.logalign.score;

/**
 * How tables for people show a column.
 *
 * @param heading above the column
 * @param format of its values, as for {@link String#format}
 */
record ColumnHeading(String heading, String format) {}
