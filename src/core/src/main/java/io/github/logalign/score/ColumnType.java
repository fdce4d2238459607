package io.github.logalign.score;

/** The type of a column's values. */
public enum ColumnType {
    /** A {@link String}. */
    TEXT("text"),
    /** A {@link Long}. */
    INTEGER("integer"),
    /** A {@link Double}, maybe infinite, never NaN. */
    REAL("real"),
    /** A {@code List<String>}. */
    TEXTS("list of texts"),
    /** A {@code List<Double>}, of which none is NaN. */
    REALS("list of numbers");

    private final String label;

    ColumnType(String label) {
        this.label = label;
    }

    /**
     * Whether a value is a list.
     *
     * @return true for lists of texts or numbers
     */
    public boolean isList() {
        return this == TEXTS || this == REALS;
    }

    /**
     * The type in words.
     *
     * @return such as {@code list of texts}
     */
    public String label() {
        return label;
    }
}
