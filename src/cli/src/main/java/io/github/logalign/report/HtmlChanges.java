package io.github.logalign.report;

import io.github.logalign.track.LarDifference;
import io.github.logalign.track.LayerSample;
import java.util.List;
import java.util.Locale;

/** What LAR did over the run, in sentences. */
final class HtmlChanges {

    private HtmlChanges() {}

    /** A sentence for each layer that has samples at two steps; empty if there is none. */
    static String of(List<String> layers, List<LayerSample> samples) {
        StringBuilder sentences = new StringBuilder();
        for (String layer : layers) {
            List<LayerSample> ofLayer = samples.stream().filter(sample -> sample.layer().equals(layer)).toList();
            if (ofLayer.size() > 1) {
                sentences.append("<li>").append(HtmlText.name(layer)).append(": ")
                        .append(sentence(ofLayer.getFirst(), ofLayer.getLast())).append("</li>\n");
            }
        }
        return sentences.isEmpty()
                ? ""
                : "<details><summary>How sure the changes are</summary>\n<ul>\n" + sentences + "</ul>\n</details>\n";
    }

    private static String sentence(LayerSample first, LayerSample last) {
        LarDifference change = LarDifference.of(first, last, false);
        return "LAR " + (change.difference() < 0 ? "fell" : "rose") + " by " + size(change) + ", from "
                + HtmlText.number("%.3f", first.lar()) + " at step " + HtmlText.step(first.step()) + " to "
                + HtmlText.number("%.3f", last.lar()) + " at step " + HtmlText.step(last.step())
                + (change.interval() == null
                        ? "."
                        : " (95 % interval over " + HtmlText.count(last.groups(), "group") + " of tokens"
                                + (change.paired() ? ", the same at both" : "") + ").");
    }

    private static String size(LarDifference change) {
        String size = String.format(Locale.ROOT, "%.3f", Math.abs(change.difference()));
        return change.interval() == null
                ? size
                : size + " ± " + String.format(Locale.ROOT, "%.3f",
                        change.interval().halfWidth());
    }
}
