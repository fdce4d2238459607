package io.github.logalign.report;

import io.github.logalign.track.Alarm;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What the run did, in a few sentences of which every number is computed. */
final class HtmlSummary {

    /** An extreme is worth telling if it lies beyond both ends by this part of the range. */
    private static final double NOTEWORTHY = 0.1;

    private final HtmlReport.Content content;

    private HtmlSummary(HtmlReport.Content content) {
        this.content = content;
    }

    /** The sentences, about the layer that matters most. */
    static String of(HtmlReport.Content content, ChartedLayers layers) {
        HtmlSummary summary = new HtmlSummary(content);
        List<String> sentences = new ArrayList<>();
        layers.main().ifPresent(main -> {
            sentences.add(summary.course(main));
            sentences.add(summary.deviation(main));
            sentences.add(summary.others(main));
        });
        sentences.add(summary.loss());
        sentences.add(summary.alarms());
        sentences.add(summary.missing());
        sentences.removeIf(String::isEmpty);
        return sentences.isEmpty() ? "" : "<p class=\"summary\">" + String.join(" ", sentences) + "</p>\n";
    }

    private List<SeriesRow> usable(String layer) {
        return content.series().layer(layer).stream().filter(row -> row.usableLar() != null).toList();
    }

    private static double lar(SeriesRow row) {
        Double lar = row.usableLar();
        return lar == null ? 0 : lar;
    }

    private static String shown(double value) {
        return HtmlText.number("%.3f", value);
    }

    private String course(String layer) {
        List<SeriesRow> rows = usable(layer);
        String subject = "LAR of <b>" + HtmlText.name(layer) + "</b> ";
        if (rows.isEmpty()) {
            return subject + "has no value at any checkpoint.";
        }
        SeriesRow first = rows.getFirst();
        SeriesRow last = rows.getLast();
        if (rows.size() == 1) {
            return subject + "is <b>" + shown(lar(first)) + "</b> at step " + HtmlText.step(first.step())
                    + ", the only checkpoint with a value.";
        }
        String over = " over " + HtmlText.count(rows.size(), "checkpoint") + " (steps " + HtmlText.step(first.step())
                + " to " + HtmlText.step(last.step()) + ")";
        int direction = direction(rows);
        String course = direction == 0
                ? "is <b>" + shown(lar(last)) + "</b> at the end, as at the start,"
                : (direction < 0 ? "fell" : "rose") + " from <b>" + shown(lar(first)) + "</b> to <b>"
                        + shown(lar(last)) + "</b>";
        return subject + course + over + extremes(rows) + ".";
    }

    /** The sign of the change that three decimals show. */
    private static int direction(List<SeriesRow> rows) {
        String first = String.format(Locale.ROOT, "%.3f", lar(rows.getFirst()));
        String last = String.format(Locale.ROOT, "%.3f", lar(rows.getLast()));
        return first.equals(last) ? 0 : (int) Math.signum(lar(rows.getLast()) - lar(rows.getFirst()));
    }

    private static String extremes(List<SeriesRow> rows) {
        SeriesRow lowest = rows.stream().min(Comparator.comparingDouble(HtmlSummary::lar)).orElseThrow();
        SeriesRow highest = rows.stream().max(Comparator.comparingDouble(HtmlSummary::lar)).orElseThrow();
        double room = NOTEWORTHY * (lar(highest) - lar(lowest));
        double first = lar(rows.getFirst());
        double last = lar(rows.getLast());
        List<String> parts = new ArrayList<>();
        if (lar(highest) > Math.max(first, last) + room) {
            parts.add("highest " + shown(lar(highest)) + " at step " + HtmlText.step(highest.step()));
        }
        if (lar(lowest) < Math.min(first, last) - room) {
            parts.add("lowest " + shown(lar(lowest)) + " at step " + HtmlText.step(lowest.step()));
        }
        return parts.isEmpty() ? "" : ", " + String.join(", ", parts);
    }

    private String others(String main) {
        List<List<SeriesRow>> others = content.series().layers().stream()
                .filter(layer -> !layer.equals(main))
                .map(this::usable)
                .filter(rows -> rows.size() > 1)
                .toList();
        if (others.isEmpty()) {
            return "";
        }
        long fell = others.stream().filter(rows -> direction(rows) < 0).count();
        long rose = others.stream().filter(rows -> direction(rows) > 0).count();
        String all = others.size() == 1 ? "the other layer" : "all " + HtmlText.step(others.size()) + " other layers";
        if (fell == others.size() || rose == others.size()) {
            return "LAR " + (fell > 0 ? "fell" : "rose") + " in " + all + (agrees(main, fell > 0) ? " too." : ".");
        }
        return "Of the " + HtmlText.count(others.size(), "other layer") + ", LAR fell in " + HtmlText.step(fell)
                + " and rose in " + HtmlText.step(rose) + ".";
    }

    private boolean agrees(String main, boolean fell) {
        List<SeriesRow> rows = usable(main);
        return rows.size() > 1 && direction(rows) == (fell ? -1 : 1);
    }

    private String deviation(String layer) {
        String sentence = "";
        for (SeriesRow row : content.series().layer(layer)) {
            Double deviation = row.deviation();
            if (deviation != null) {
                String size = shown(Math.abs(deviation));
                sentence = "At step " + HtmlText.step(row.step()) + " it was "
                        + (size.equals(shown(0)) ? "at" : size + (deviation < 0 ? " above" : " below"))
                        + " the baseline.";
            }
        }
        return sentence;
    }

    private String loss() {
        Losses losses = Losses.of(content.metrics());
        return losses.minimum().map(least -> {
            String name = HtmlText.name(least.name());
            var last = content.metrics().curve(least.name()).lastEntry();
            String value = HtmlText.plain(least.value());
            return last.getKey() == least.step()
                    ? name + " was lowest at its last step, " + HtmlText.step(least.step()) + ": " + value + "."
                    : name + " had its minimum, <b>" + value + "</b>, at step <b>" + HtmlText.step(least.step())
                            + "</b> and was " + HtmlText.plain(last.getValue()) + " at step "
                            + HtmlText.step(last.getKey()) + ".";
        }).orElse("");
    }

    private String alarms() {
        List<Alarm> fired = content.alarms().fired();
        return fired.isEmpty()
                ? ""
                : HtmlText.count(fired.size(), "alarm") + " fired, the first at step "
                        + HtmlText.step(fired.getFirst().step()) + ".";
    }

    private String missing() {
        List<SeriesRow> rows = content.series().rows();
        long missing = rows.stream().filter(row -> row.usableLar() == null).count();
        return missing == 0
                ? ""
                : HtmlText.step(missing) + " of " + HtmlText.count(rows.size(), "row")
                        + (missing == 1 ? " has" : " have") + " no LAR.";
    }
}
