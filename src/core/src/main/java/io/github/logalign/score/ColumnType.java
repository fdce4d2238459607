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
    TEXTS("list of texts");

    private final String label;

    ColumnType(String label) {
        this.label = label;
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
