package io.github.logalign.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layers whose names differ in nothing but the numbers of blocks, such as the down projections of a transformer.
 *
 * @param pattern the name with a star for each number
 * @param layers the names, in natural order
 */
record LayerKind(String pattern, List<String> layers) {

    /** A number between delimiters. The 1 of fc1 is part of a kind's name. */
    private static final Pattern NUMBER = Pattern.compile("(?<=^|[./\\[_-])\\d{1,9}(?=$|[./\\]])");

    /** The kinds in the order in which their first layers appear. */
    static List<LayerKind> of(List<String> layers) {
        Map<String, List<String>> byPattern = new LinkedHashMap<>();
        for (String layer : layers) {
            byPattern.computeIfAbsent(NUMBER.matcher(layer).replaceAll("*"), pattern -> new ArrayList<>()).add(layer);
        }
        return byPattern.entrySet().stream()
                .map(kind -> new LayerKind(
                        kind.getKey(), kind.getValue().stream().sorted(NaturalOrder.INSTANCE).toList()))
                .toList();
    }

    /** Whether there are several, so that they can be compared over depth. */
    boolean isFamily() {
        return layers.size() > 1;
    }

    /** What tells a layer from the others of its kind: its numbers, with points between them. */
    static String numbers(String layer) {
        List<String> numbers = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(layer);
        while (matcher.find()) {
            numbers.add(matcher.group());
        }
        return String.join(".", numbers);
    }

    /** The first number of a layer, which counts blocks from the input to the output; 0 if there is none. */
    static int depth(String layer) {
        Matcher matcher = NUMBER.matcher(layer);
        return matcher.find() ? Integer.parseInt(matcher.group()) : 0;
    }
}
