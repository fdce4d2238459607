package io.github.logalign.experiments;

import java.util.Map;

/** A page of which parts are written by a program: those between the comments {@code <!-- name -->} and its end. */
final class MarkedPage {

    private MarkedPage() {}

    /**
     * Replaces parts of a page.
     *
     * @param page the page
     * @param parts the new parts by name; each must be in the page, once
     * @return the page with these parts
     * @throws IllegalArgumentException if a part is not in the page
     */
    static String with(String page, Map<String, String> parts) {
        String result = page;
        for (Map.Entry<String, String> part : parts.entrySet()) {
            String start = "<!-- " + part.getKey() + " -->\n";
            String end = "<!-- end of " + part.getKey() + " -->";
            int from = result.indexOf(start);
            int to = result.indexOf(end);
            if (from < 0 || to < from) {
                throw new IllegalArgumentException("the page has no place for " + part.getKey() + ": " + start.strip()
                        + " and " + end + " on lines of their own");
            }
            result = result.substring(0, from + start.length()) + part.getValue() + result.substring(to);
        }
        return result;
    }
}
