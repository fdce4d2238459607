package io.github.logalign.report;

import io.github.logalign.score.ErrorBars;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.List;

/** The first picture of a report: LAR and the losses over the same steps, with what happened to them. */
final class HtmlPicture {

    /** More marks would hide the curves. */
    static final int MAX_MARKS = 40;

    private final HtmlReport.Content content;
    private final Losses losses;
    private final ChartCurves curves;

    HtmlPicture(HtmlReport.Content content, ChartCurves curves) {
        this.content = content;
        this.losses = Losses.of(content.metrics());
        this.curves = curves;
    }

    /** The figure; empty if no LAR has a value. */
    String html() {
        ChartPanel lar = new ChartPanel("LAR");
        curves.fill(lar, SeriesRow::usableLar);
        curves.baselines(lar);
        boolean banded = curves.bands(lar, ChartCurves.interval(ErrorBars::lar));
        ChartPanel loss = new ChartPanel("loss");
        int colour = 0;
        for (String name : losses.names()) {
            double[][] points = ChartCurves.points(content.metrics().curve(name));
            loss.curve(new ChartCurve(name, points[0], points[1], "m" + colour++, false));
        }
        loss.logIfWide();
        SvgChart chart = curves.chart(
                losses.names().isEmpty() ? "LAR over steps" : "LAR and loss over the same steps", List.of(lar, loss));
        if (chart.isEmpty()) {
            return "";
        }
        alarms(chart);
        losses.minimum().ifPresent(least -> chart.mark(new ChartMark(least.step(), ChartMark.Kind.LEAST, 1,
                "minimum, step " + HtmlText.step(least.step()),
                least.name() + " has its minimum, " + HtmlText.plain(least.value()) + ", at step " + least.step())));
        return "<figure class=\"first\"><h3>" + (losses.names().isEmpty() ? "LAR" : "LAR and loss") + "</h3>\n"
                + chart.svg(ChartFrame.WIDE) + chart.svg(ChartFrame.NARROW)
                + "<figcaption>" + caption(banded) + "</figcaption></figure>\n";
    }

    private String caption(boolean banded) {
        StringBuilder caption = new StringBuilder("LAR: higher where the layer's inputs lie more along its strong "
                + "directions; random inputs give 1/2.");
        caption.append(curves.hasBaseline() ? " Dashed: the baseline." : "")
                .append(banded ? " Bands: 95 % intervals over groups of tokens." : "")
                .append(content.alarms().fired().isEmpty() ? "" : " Red: alarms.")
                .append(losses.minimum().isPresent() ? " Vertical line: the minimum of the validation loss." : "");
        return caption.toString();
    }

    private void alarms(SvgChart chart) {
        List<Alarm> fired = new ArrayList<>(content.alarms().fired());
        for (Alarm alarm : fired.subList(0, Math.min(MAX_MARKS, fired.size()))) {
            String label = !alarm.equals(fired.getFirst())
                    ? ""
                    : (fired.size() > 1 ? "first alarm, step " : "alarm, step ") + HtmlText.step(alarm.step());
            chart.mark(mark(alarm, label));
        }
    }

    /** An alarm as a mark of any chart. */
    static ChartMark mark(Alarm alarm, String label) {
        return new ChartMark(alarm.step(), ChartMark.Kind.ALARM, 0, label,
                alarm.kind().label() + " at step " + alarm.step() + ", " + alarm.layer() + ": " + alarm.evidence());
    }
}
