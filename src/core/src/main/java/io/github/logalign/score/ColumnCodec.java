package io.github.logalign.score;

import java.util.function.Function;

/**
 * How the values of a column are written, and read from text.
 *
 * @param <V> the values
 * @param type what is written
 * @param kind the values in words, for messages
 * @param written makes of a value what is written: text, a number, a boolean or a list
 * @param read reads a value from its text
 */
record ColumnCodec<V>(ColumnType type, String kind, Function<V, Object> written, Function<String, V> read) {}
