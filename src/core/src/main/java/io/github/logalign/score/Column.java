package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A column of rows: what it is called, what it holds and means, and how to take it from a row and to read it back.
 *
 * <p>Thread safety: immutable.
 *
 * @param <R> the rows
 * @param <V> the values
 */
public final class Column<R, V> {

    private final String name;
    private final ColumnCodec<V> codec;
    private final String unit;
    private final String description;
    private final Function<R, @Nullable V> getter;
    private final ColumnHeading shown;

    private Column(
            String name,
            ColumnCodec<V> codec,
            String unit,
            String description,
            Function<R, @Nullable V> getter,
            ColumnHeading shown) {
        this.name = name;
        this.codec = codec;
        this.unit = unit;
        this.description = description;
        this.getter = getter;
        this.shown = shown;
    }

    private static <R, V> Column<R, V> of(
            String name, ColumnCodec<V> codec, String description, Function<R, @Nullable V> getter) {
        return new Column<>(name, codec, "", description, getter, new ColumnHeading(name, "%s"));
    }

    /**
     * A column of text.
     *
     * @param <R> the rows
     * @param name such as {@code layer}
     * @param description in half a sentence
     * @param getter takes the value from a row
     * @return the column
     */
    public static <R> Column<R, String> text(
            String name, String description, Function<R, @Nullable String> getter) {
        return of(name, new ColumnCodec<>(ColumnType.TEXT, "text", value -> value, text -> text), description, getter);
    }

    /**
     * A column of whole numbers.
     *
     * @param <R> the rows
     * @param name such as {@code tokens}
     * @param description in half a sentence
     * @param getter takes the value from a row
     * @return the column
     */
    public static <R> Column<R, Long> integer(
            String name, String description, Function<R, @Nullable Long> getter) {
        return of(name, new ColumnCodec<>(ColumnType.INTEGER, "a whole number", value -> value, Long::valueOf),
                description,
                getter);
    }

    /**
     * A column of numbers.
     *
     * @param <R> the rows
     * @param name such as {@code lar}; a dot stands between a group and its part
     * @param description in half a sentence
     * @param getter takes the value from a row
     * @return the column
     */
    public static <R> Column<R, Double> real(
            String name, String description, Function<R, @Nullable Double> getter) {
        return of(name, new ColumnCodec<>(ColumnType.REAL, "a number", value -> value, Column::number), description,
                getter);
    }

    private static Double number(String text) {
        Double number = Double.valueOf(text);
        if (number.isNaN()) {
            throw new NumberFormatException("NaN");
        }
        return number;
    }

    /**
     * A column of lists.
     *
     * @param <R> the rows
     * @param name such as {@code warnings}
     * @param description in half a sentence
     * @param getter takes the value from a row
     * @return the column
     */
    public static <R> Column<R, List<String>> texts(
            String name, String description, Function<R, @Nullable List<String>> getter) {
        return of(name, new ColumnCodec<>(ColumnType.TEXTS, "a list", value -> value, List::of), description, getter);
    }

    /**
     * A column of lists of numbers.
     *
     * @param <R> the rows
     * @param name such as {@code p}
     * @param description in half a sentence
     * @param getter takes the value from a row
     * @return the column
     */
    public static <R> Column<R, List<Double>> reals(
            String name, String description, Function<R, @Nullable List<Double>> getter) {
        return of(name, new ColumnCodec<>(ColumnType.REALS, "a list of numbers", value -> value,
                text -> List.of(number(text))), description, getter);
    }

    /**
     * A column of text that is one of a few words.
     *
     * @param <R> the rows
     * @param <V> what the words stand for
     * @param name such as {@code method}
     * @param values what there is
     * @param word the word of a value
     * @param description in half a sentence
     * @param getter takes the value from a row
     * @return the column
     */
    public static <R, V> Column<R, V> words(
            String name,
            Collection<V> values,
            Function<V, String> word,
            String description,
            Function<R, @Nullable V> getter) {
        List<V> known = List.copyOf(values);
        Function<String, V> read = text -> known.stream()
                .filter(value -> sameWord(word.apply(value), text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
        return of(name, new ColumnCodec<>(ColumnType.TEXT, "one of the known words", word::apply, read), description,
                getter);
    }

    private static boolean sameWord(String word, String text) {
        return word.replace('-', '_').toUpperCase(Locale.ROOT)
                .equals(text.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    /**
     * The same with a unit.
     *
     * @param newUnit such as {@code s}
     * @return a new column
     */
    public Column<R, V> withUnit(String newUnit) {
        return new Column<>(name, codec, newUnit, description, getter, shown);
    }

    /**
     * The same with another heading and format in tables for people.
     *
     * @param heading the heading
     * @param format for {@link String#format}
     * @return a new column
     */
    public Column<R, V> shownAs(String heading, String format) {
        return new Column<>(name, codec, unit, description, getter, new ColumnHeading(heading, format));
    }

    /**
     * The same column of rows that hold such rows.
     *
     * @param <S> the outer rows
     * @param inner takes the inner row from an outer one
     * @return a new column
     */
    public <S> Column<S, V> within(Function<S, R> inner) {
        return new Column<>(name, codec, unit, description, row -> get(inner.apply(row)), shown);
    }

    /**
     * The name in files.
     *
     * @return a word; a dot stands between a group and its part
     */
    public String name() {
        return name;
    }

    /**
     * The type of {@link #value}.
     *
     * @return the type
     */
    public ColumnType type() {
        return codec.type();
    }

    /**
     * The unit.
     *
     * @return such as {@code s}; empty if there is none
     */
    public String unit() {
        return unit;
    }

    /**
     * What it means.
     *
     * @return half a sentence
     */
    public String description() {
        return description;
    }

    /**
     * The heading in tables for people.
     *
     * @return short
     */
    public String heading() {
        return shown.heading();
    }

    /**
     * A value.
     *
     * @param row the row
     * @return null if the row has none
     */
    public @Nullable V get(R row) {
        return getter.apply(row);
    }

    /**
     * A value as written to files.
     *
     * @param row the row
     * @return of the type that {@link #type} names; null if the row has none
     */
    public @Nullable Object value(R row) {
        V value = get(row);
        return value == null ? null : codec.written().apply(value);
    }

    /**
     * A value for people.
     *
     * @param row the row
     * @return short text; null if the row has none
     */
    public @Nullable String shown(R row) {
        Object value = value(row);
        if (value == null) {
            return null;
        }
        return value instanceof Double number && number.isInfinite()
                ? number.toString()
                : String.format(Locale.ROOT, shown.format(), value);
    }

    /**
     * Reads a value back.
     *
     * @param cells a row of a file
     * @return null if the file has none
     * @throws IllegalArgumentException if it is not what the column holds, with its name
     */
    @SuppressWarnings("unchecked") // the values of lists are lists
    public @Nullable V in(Cells cells) {
        if (codec.type() == ColumnType.TEXTS) {
            return (V) cells.lists().get(name);
        }
        if (codec.type() == ColumnType.REALS) {
            List<String> texts = cells.lists().get(name);
            return texts == null ? null : (V) texts.stream().map(text -> read(text, Column::number)).toList();
        }
        String text = cells.texts().get(name);
        return text == null ? null : read(text, codec.read());
    }

    private <T> T read(String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is " + codec.kind() + ", not \"" + Names.printable(text) + "\"", wrong);
        }
    }

    /**
     * Reads a value back that has to be there.
     *
     * @param cells a row of a file
     * @param who needs it, such as {@code every row}
     * @return the value
     * @throws IllegalArgumentException if it is not there or not what the column holds, with its name
     */
    public V in(Cells cells, String who) {
        V value = in(cells);
        if (value == null) {
            throw new IllegalArgumentException(who + " needs \"" + name + "\"");
        }
        return value;
    }
}
