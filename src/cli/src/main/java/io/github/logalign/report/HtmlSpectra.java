package io.github.logalign.report;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The section of a report on p and q at a few steps, of the layers that have curves. The rest is folded after the first. */
final class HtmlSpectra {

    private final StringBuilder page;
    private final HtmlReport.Content content;

    HtmlSpectra(StringBuilder page, HtmlReport.Content content) {
        this.page = page;
        this.content = content;
    }

    /** Adds the section unless there are no spectra. */
    void append(ChartedLayers charted) {
        List<String> layers = layers(charted);
        if (layers.isEmpty()) {
            return;
        }
        page.append("<h2>Spectra</h2>\n<p>Shares of the weight's energy (p) and of the inputs' energy (q) along the"
                + " weight's singular directions, strongest first, at ")
                .append(content.spectra().keySet().stream().map(HtmlText::step)
                        .collect(Collectors.joining(", ", content.spectra().size() == 1 ? "step " : "steps ", "")))
                .append(". The overlap is the sum of p times q.</p>\n");
        charts(layers.subList(0, 1));
        List<String> more = layers.subList(1, layers.size());
        if (!more.isEmpty()) {
            page.append("<details><summary>Spectra of ").append(HtmlText.count(more.size(), "more layer"))
                    .append("</summary>\n");
            charts(more);
            page.append("</details>\n");
        }
    }

    /** Those that have curves, the main one first; if none of them has spectra, others. */
    private List<String> layers(ChartedLayers charted) {
        List<String> all = content.spectra().values().stream()
                .flatMap(atStep -> atStep.keySet().stream())
                .distinct()
                .sorted(NaturalOrder.INSTANCE)
                .toList();
        List<String> wanted = charted.shown().stream().filter(all::contains)
                .sorted((one, other) -> Boolean.compare(isMain(charted, other), isMain(charted, one)))
                .toList();
        return wanted.isEmpty() ? all.subList(0, Math.min(SvgChart.MAX_CURVES, all.size())) : wanted;
    }

    private static boolean isMain(ChartedLayers charted, String layer) {
        return charted.main().filter(layer::equals).isPresent();
    }

    private void charts(List<String> layers) {
        page.append("<div class=\"charts\">\n");
        for (String layer : layers) {
            chart("Weight spectrum p", "Steep: few directions carry the weight.", layer, SpectrumCurves::weight);
            chart("Activation spectrum q", "Steep: few directions carry the inputs.", layer, SpectrumCurves::inputs);
        }
        page.append("</div>\n");
    }

    private void chart(String heading, String caption, String layer, Function<SpectrumCurves, double[][]> values) {
        SvgChart chart = new SvgChart(heading, "direction").logX().tooltips();
        chart.panel().log();
        int colour = 0;
        for (Map.Entry<Long, Map<String, SpectrumCurves>> atStep : content.spectra().entrySet()) {
            SpectrumCurves spectra = atStep.getValue().get(layer);
            if (spectra != null) {
                double[][] points = values.apply(spectra);
                chart.curve("step " + atStep.getKey(), points[0], points[1], colour);
            }
            colour++;
        }
        if (!chart.isEmpty()) {
            page.append("<figure><h3>").append(heading).append(", ").append(HtmlText.name(layer)).append("</h3>\n")
                    .append(chart.svg(ChartFrame.COLUMN)).append("<figcaption>").append(caption)
                    .append("</figcaption></figure>\n");
        }
    }
}
