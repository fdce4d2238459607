package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Short names of layers, all different: what all names have in common at their starts and ends gives way to what tells
 * them apart.
 */
final class LayerLabels {

    private static final double MARK = TextWidth.of(Ellipsis.MARK);
    private static final double NUMBER = TextWidth.of(" 999");
    private static final String DELIMITERS = "./_-[";

    private final double width;
    private final Map<String, String> labels = new HashMap<>();

    private LayerLabels(double width) {
        this.width = width;
    }

    /**
     * Makes the labels.
     *
     * @param names different names
     * @param width the width of the longest label, in units of the size of the font
     * @return a printable label for each name, not escaped for HTML
     */
    static Map<String, String> of(List<String> names, double width) {
        LayerLabels made = new LayerLabels(width);
        if (!names.isEmpty()) {
            made.tellApart(names);
        }
        return made.labels;
    }

    private void tellApart(List<String> names) {
        List<String> printable = names.stream().map(Names::printable).toList();
        int start = commonStart(printable);
        int end = commonEnd(printable, start);
        Map<String, List<String>> alike = new LinkedHashMap<>();
        for (String name : names) {
            String label = shortened(Names.printable(name), start, end);
            labels.put(name, label);
            alike.computeIfAbsent(label, first -> new ArrayList<>()).add(name);
        }
        alike.forEach((label, group) -> {
            if (group.size() > 1 && group.size() < names.size()) {
                tellApart(group);
            } else if (group.size() > 1) {
                number(label, group);
            }
        });
    }

    /** The last resort, for names that differ too little in too much text. */
    private void number(String label, List<String> group) {
        for (int i = 0; i < group.size(); i++) {
            labels.put(group.get(i), TextWidth.shortened(label, width - NUMBER) + " " + (i + 1));
        }
    }

    private String shortened(String name, int start, int fromEnd) {
        if (TextWidth.of(name) <= width) {
            return name;
        }
        int from = start;
        int to = name.length() - fromEnd;
        if (TextWidth.of(name.substring(from, to)) > width - 2 * MARK) {
            String core = TextWidth.shortened(name.substring(from, to), width - 2 * MARK);
            return (from > 0 ? Ellipsis.MARK : "") + core + (to < name.length() ? Ellipsis.MARK : "");
        }
        while (to < name.length() && fits(name, from, after(name, to))) {
            to = after(name, to);
        }
        while (from > 0 && fits(name, wordBefore(name, from), to)) {
            from = wordBefore(name, from);
        }
        return (from > 0 ? Ellipsis.MARK : "") + name.substring(from, to) + (to < name.length() ? Ellipsis.MARK : "");
    }

    private boolean fits(String name, int from, int to) {
        double marks = (from > 0 ? MARK : 0) + (to < name.length() ? MARK : 0);
        return TextWidth.of(name.substring(from, to)) + marks <= width;
    }

    private static int after(String name, int at) {
        return name.offsetByCodePoints(at, 1);
    }

    /** The start of the word that ends before a place. */
    private static int wordBefore(String name, int at) {
        int start = at - 1;
        while (start > 0 && DELIMITERS.indexOf(name.charAt(start - 1)) < 0) {
            start--;
        }
        return start;
    }

    /** The length of the start that all names share, up to a delimiter, so that no number or word is torn. */
    private static int commonStart(List<String> names) {
        String first = names.getFirst();
        int common = first.length();
        for (String name : names) {
            int same = 0;
            while (same < common && same < name.length() && name.charAt(same) == first.charAt(same)) {
                same++;
            }
            common = same;
        }
        while (common > 0 && DELIMITERS.indexOf(first.charAt(common - 1)) < 0) {
            common--;
        }
        return common;
    }

    /** The length of the end that all names share, from a delimiter on, without what they share at the start. */
    private static int commonEnd(List<String> names, int start) {
        String first = names.getFirst();
        int common = first.length() - start;
        for (String name : names) {
            int same = 0;
            while (same < common && same < name.length() - start
                    && name.charAt(name.length() - 1 - same) == first.charAt(first.length() - 1 - same)) {
                same++;
            }
            common = same;
        }
        while (common > 0 && DELIMITERS.indexOf(first.charAt(first.length() - common)) < 0) {
            common--;
        }
        return names.size() == 1 ? 0 : common;
    }
}
