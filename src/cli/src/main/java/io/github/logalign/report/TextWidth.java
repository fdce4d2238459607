package io.github.logalign.report;

/**
 * How wide a text will be, from above: the browser's font is unknown here, so the widths are those of a wide one. A label
 * that fits by this measure is not clipped.
 */
final class TextWidth {

    private static final String NARROW = "iIjl.,:;|!'`()[]tfr ";
    private static final String WIDE = "mMwW@%";
    private static final int FIRST_FULL_WIDTH = 0x2E80;

    private TextWidth() {}

    /** The width in units of the size of the font. */
    static double of(String text) {
        return text.codePoints().mapToDouble(TextWidth::of).sum();
    }

    private static double of(int point) {
        if (NARROW.indexOf(point) >= 0) {
            return 0.5;
        }
        if (point >= FIRST_FULL_WIDTH || WIDE.indexOf(point) >= 0 || point == Ellipsis.MARK.codePointAt(0)) {
            return 1.1;
        }
        return Character.isUpperCase(point) ? 0.84 : 0.7;
    }

    /** A text whose middle is left out so that it fits. */
    static String shortened(String text, double width) {
        int length = text.codePointCount(0, text.length());
        String shown = text;
        while (of(shown) > width && length > 1) {
            shown = Ellipsis.shorten(text, --length);
        }
        return shown;
    }
}
