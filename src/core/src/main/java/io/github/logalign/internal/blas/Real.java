package io.github.logalign.internal.blas;

/** The precision of a routine: the first letter of its name, and the size of its elements. */
public enum Real {
    /** float64. */
    DOUBLE('d', 8),
    /** float32. */
    SINGLE('s', 4);

    private final char letter;
    private final int bytes;

    Real(char letter, int bytes) {
        this.letter = letter;
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The full name of a routine: dgesdd from gesdd. */
    public String routine(String stem) {
        return letter + stem;
    }
}
