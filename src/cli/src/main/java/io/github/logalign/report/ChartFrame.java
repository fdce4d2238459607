package io.github.logalign.report;

/**
 * The size of a chart in units of its picture, in which the font has {@value #FONT}.
 *
 * @param width of the picture
 * @param panelHeight of the area of each panel's curves
 * @param names the room for the names of curves at their right ends
 * @param kind the style class of the picture
 */
record ChartFrame(int width, int panelHeight, int names, String kind) {

    /** One of several beside each other. */
    static final ChartFrame COLUMN = new ChartFrame(420, 190, 112, "column");

    /** The whole width of a page, and the same for a telephone. */
    static final ChartFrame WIDE = new ChartFrame(1100, 170, 190, "broad");

    static final ChartFrame NARROW = new ChartFrame(420, 170, 112, "slim");

    /** One of many, without names. */
    static final ChartFrame SMALL = new ChartFrame(300, 130, 0, "small");

    static final int FONT = 13;

    /** The height of a line of text. */
    static final int LINE = 15;

    /** Above each panel: its title, and flags or the names of marks. */
    static final int ABOVE = 26;

    /** Below the last panel: the numbers and the name of the axis. */
    static final int BELOW = 42;

    static final int GAP = 8;

    int top(int panel) {
        return (names == 0 ? GAP : ABOVE) + panel * (panelHeight + ABOVE + GAP);
    }

    int bottom(int panel) {
        return top(panel) + panelHeight;
    }

    int height(int panels) {
        return bottom(panels - 1) + BELOW;
    }
}
