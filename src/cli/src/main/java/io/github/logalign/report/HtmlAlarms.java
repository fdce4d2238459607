package io.github.logalign.report;

import io.github.logalign.track.Alarm;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Standing;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The section of a report on alarms: how many there are and which came first, by kind, and the rest folded. Then the evidence for
 * those that did not fire.
 */
final class HtmlAlarms {

    private static final int MAX_LISTED = 500;
    private static final int MAX_STANDINGS = 4;

    private final StringBuilder page;
    private final Alarms alarms;
    private final int layers;

    /**
     * Prepares the section.
     *
     * @param page the page to append to
     * @param layers how many layers the run has
     */
    HtmlAlarms(StringBuilder page, Alarms alarms, int layers) {
        this.page = page;
        this.alarms = alarms;
        this.layers = layers;
    }

    void append() {
        List<Alarm> fired = alarms.fired();
        if (fired.isEmpty()) {
            page.append("<p>No alarm fired.</p>\n");
        } else {
            appendFired(fired);
        }
        appendStandings();
    }

    private void appendFired(List<Alarm> fired) {
        Alarm first = fired.getFirst();
        page.append("<section class=\"alarms\">\n<p><b>").append(HtmlText.count(fired.size(), "alarm")).append("</b>");
        if (fired.size() > 1) {
            page.append(" in ").append(layersOf(fired)).append(" of ").append(HtmlText.count(layers, "layer"))
                    .append(", the first at step ").append(HtmlText.step(first.step()));
        }
        page.append(".</p>\n<p>");
        append(first);
        page.append("</p>\n");
        if (fired.size() > 1) {
            appendKinds(fired);
            appendList(fired);
        }
        page.append("</section>\n");
    }

    private static long layersOf(List<Alarm> fired) {
        return fired.stream().map(Alarm::layer).distinct().count();
    }

    private void append(Alarm alarm) {
        page.append("<b>").append(alarm.kind().label()).append("</b>")
                .append(alarm.kind().isHeuristic() ? " (heuristic)" : "").append(" at step ")
                .append(HtmlText.step(alarm.step())).append(", ").append(HtmlText.name(alarm.layer())).append(": ")
                .append(HtmlText.text(alarm.evidence()));
    }

    private void appendKinds(List<Alarm> fired) {
        Map<Alarm.Kind, List<Alarm>> kinds = fired.stream().collect(Collectors.groupingBy(
                Alarm::kind, () -> new EnumMap<>(Alarm.Kind.class), Collectors.toList()));
        page.append("<div class=\"scroll\"><table>\n<thead><tr><th>alarm</th><th>how many</th><th>layers</th>"
                + "<th>first at step</th><th>in</th></tr></thead>\n<tbody>\n");
        kinds.forEach((kind, ofKind) -> page.append("<tr><td>").append(kind.label())
                .append(kind.isHeuristic() ? " (heuristic)" : "").append("</td><td>").append(ofKind.size())
                .append("</td><td>").append(layersOf(ofKind)).append("</td><td>")
                .append(HtmlText.step(ofKind.getFirst().step())).append("</td><td>")
                .append(HtmlText.name(ofKind.getFirst().layer())).append("</td></tr>\n"));
        page.append("</tbody></table></div>\n");
    }

    private void appendList(List<Alarm> fired) {
        page.append("<details><summary>All alarms</summary>\n<ul>\n");
        for (Alarm alarm : fired.subList(0, Math.min(MAX_LISTED, fired.size()))) {
            page.append("<li>");
            append(alarm);
            page.append("</li>\n");
        }
        page.append("</ul>\n");
        if (fired.size() > MAX_LISTED) {
            page.append("<p>and ").append(HtmlText.count(fired.size() - MAX_LISTED, "more alarm")).append("</p>\n");
        }
        page.append("</details>\n");
    }

    private void appendStandings() {
        Double rate = alarms.falseAlarms();
        if (rate == null) {
            return;
        }
        page.append("<p class=\"soft\">Watched against the baseline so that at most ").append(rate)
                .append(" of healthy runs raise an alarm that is not heuristic.");
        alarms.standings().stream()
                .filter(standing -> standing.eValue() < standing.neededEValue())
                .sorted(Comparator.comparingDouble(Standing::eValue).reversed())
                .limit(MAX_STANDINGS)
                .forEach(standing -> page.append(" No alarm ").append(standing.kind().label()).append(", ")
                        .append(HtmlText.name(standing.layer())).append(": e-value at most ")
                        .append(HtmlText.number("%.1f", standing.eValue())).append(" where ")
                        .append(HtmlText.number("%.0f", standing.neededEValue())).append(" is needed."));
        new TreeMap<>(alarms.unwatched()).entrySet().stream()
                .limit(MAX_STANDINGS)
                .forEach(layer -> page.append(" Not watched: ").append(HtmlText.name(layer.getKey())).append(", since ")
                        .append(HtmlText.text(layer.getValue())).append('.'));
        page.append("</p>\n");
    }
}
