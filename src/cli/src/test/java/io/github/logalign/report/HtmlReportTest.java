package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page is self-contained, bounded in size, and safe for any names. */
class HtmlReportTest {

    private static final String HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\" ' & \u202e";

    @TempDir
    Path folder;

    private static String page(String title, Series series, Metrics metrics) throws IOException {
        Alarms alarms = AlarmRules.heuristics(16).evaluate(series);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HtmlReport.write(
                out, new HtmlReport.Content(title, series, alarms, new TreeMap<>(), List.of(), metrics,
                        Environment.current()));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void hostileNamesAreShownAsText() throws IOException {
        Path metrics = folder.resolve("metrics.csv");
        Files.writeString(metrics, "step,\"" + HOSTILE.replace("\"", "\"\"") + "\"\n0,1\n100,2\n");
        List<SeriesRow> rows = new ArrayList<>();
        for (long step = 0; step < 6000; step += 100) {
            rows.add(TestSeries.row(step, HOSTILE, 0.7 - step * 5e-5));
        }
        rows.add(SeriesRow.of(6000, TestSeries.score(HOSTILE, null, Status.FAILED)));
        Series series = Series.of(rows).withSlopes(16);
        assertFalse(AlarmRules.heuristics(16).alarms(series).isEmpty(), "the name appears among the alarms");
        String page = page(HOSTILE, series, Metrics.read(metrics));
        assertFalse(page.contains("<script"), "no script");
        assertFalse(page.contains("<img"), "no element from a name");
        assertFalse(page.contains("\u202e"), "no bidirectional override");
        assertTrue(page.contains("&lt;script&gt;"), "the name is shown");
    }

    /** Many alarms take one card, and each is in it. */
    @Test
    void alarmsAreGrouped() throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        for (long step = 0; step < 6000; step += 100) {
            for (String layer : List.of("a", "b", "c", "steady")) {
                rows.add(TestSeries.row(step, layer, layer.equals("steady") ? 0.6 : 0.7 - step * 5e-5));
            }
        }
        Series series = Series.of(rows).withSlopes(16);
        int alarms = AlarmRules.heuristics(16).alarms(series).size();
        assertTrue(alarms >= 3, "one a layer at least");
        String page = page("run", series, Metrics.NONE);
        assertTrue(page.contains("<b>" + alarms + " alarms</b> in 3 of 4 layers, the first at step "), page);
        assertEquals(1, page.split("<section class=\"alarms\">", -1).length - 1);
        String folded = page.substring(page.indexOf("<details>"), page.indexOf("</details>"));
        assertEquals(alarms, folded.split("<li>", -1).length - 1);
    }

    @Test
    void nothingIsLoaded() throws IOException {
        String page = page("run", TestSeries.of(TestSeries.steps(30, 100), step -> 0.6), Metrics.NONE);
        for (String loaded : List.of("src=", "url(", "@import", "<link", "<script", "<iframe")) {
            assertFalse(page.contains(loaded), loaded);
        }
    }

    @Test
    void noCoordinateIsNan() throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        rows.add(SeriesRow.of(0, TestSeries.score("a", null, Status.UNDEFINED)));
        rows.add(SeriesRow.of(100, TestSeries.score("a", Double.NEGATIVE_INFINITY, Status.OK)));
        rows.add(TestSeries.row(200, "a", 0.5));
        for (Series series : List.of(Series.EMPTY, Series.of(rows.subList(0, 1)), Series.of(rows))) {
            String page = page("run", series, Metrics.NONE);
            assertFalse(page.contains("NaN"), "NaN");
        }
    }

    @Test
    void tenThousandRowsStayBelowFiveMegabytes() throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        for (int layer = 0; layer < 40; layer++) {
            for (long step = 0; step < 250; step++) {
                rows.add(TestSeries.row(
                        step * 100, "model.layers." + layer + ".mlp.down_proj",
                        0.6 + 0.05 * Math.sin(step * 0.1 + layer) - 1e-4 * step));
            }
        }
        Series series = Series.of(rows).withSlopes(16);
        assertEquals(10_000, series.rows().size());
        int bytes = page("run", series, Metrics.NONE).getBytes(StandardCharsets.UTF_8).length;
        assertTrue(bytes < 5_000_000, bytes + " bytes");
    }
}
