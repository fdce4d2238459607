package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.report.HtmlReport;
import io.github.logalign.report.Metrics;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The report in a real browser, headless Chromium. A test page holds the report in a frame of the requested width and
 * measures it.
 */
class BrowserIT {

    private static final Pattern MEASURED = Pattern.compile(
            "<p id=\"measured\">wide=(\\d+) inner=(\\d+) tall=(\\d+) charts=(\\d+) out=([^<]*)</p>");

    @TempDir
    static Path folder;

    private static Chromium browser;

    @BeforeAll
    static void findTheBrowser() {
        browser = new Chromium(folder);
    }

    private static Path report(int layers, int steps) throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            for (int step = 0; step < steps; step++) {
                rows.add(TestSeries.row(
                        step * 100L, "model.layers." + layer + ".a_long_name_without_any_place_to_break.down_proj",
                        0.7 + 0.05 * Math.sin(step * 0.1 + layer) - 1e-4 * step));
            }
        }
        Series series = Series.of(rows).withSlopes(16);
        Path metrics = folder.resolve("metrics.csv");
        Files.writeString(metrics, "step,train_loss,val_loss\n0,3,3.1\n" + (steps - 1) * 100 + ",1,2.5\n");
        Path page = Files.createTempFile(folder, "report", ".html");
        try (OutputStream out = Files.newOutputStream(page)) {
            HtmlReport.write(out, new HtmlReport.Content(
                    "a run", series, AlarmRules.heuristics(16).evaluate(series), new TreeMap<>(), List.of(),
                    Metrics.read(metrics),
                    Environment.current()));
        }
        return page;
    }

    /**
     * A page with the report in a frame, and a script that finds elements wider than the frame outside scrollable
     * areas.
     */
    private static Path framed(Path report, int width) throws IOException {
        String page = """
                <!DOCTYPE html><meta charset="utf-8"><p id="measured"></p>
                <iframe id="f" src="REPORT" style="width:WIDTHpx;height:900px;border:0"></iframe>
                <script>
                document.getElementById('f').onload = function () {
                  const d = this.contentDocument, root = d.documentElement, out = [];
                  const scrolls = e => { for (; e && e !== d.body; e = e.parentElement)
                    if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true; return false; };
                  for (const e of d.body.querySelectorAll('*')) {
                    const box = e.getBoundingClientRect();
                    if (box.width > 0 && box.right > root.clientWidth + 1 && !scrolls(e) && !e.closest('svg'))
                      out.push(e.tagName);
                  }
                  document.getElementById('measured').textContent = 'wide=' + root.scrollWidth + ' inner='
                    + root.clientWidth + ' tall=' + root.scrollHeight + ' charts=' + d.querySelectorAll('svg').length
                    + ' out=' + out.slice(0, 5).join(' ');
                };
                </script>
                """.replace("REPORT", report.toUri().toString()).replace("WIDTH", Integer.toString(width));
        return Files.writeString(Files.createTempFile(folder, "frame", ".html"), page, StandardCharsets.UTF_8);
    }

    private static void assertSound(Path report, int width) throws IOException, InterruptedException {
        Chromium.Seen seen = browser.open(framed(report, width), width + 40, false);
        Matcher measured = MEASURED.matcher(seen.dom());
        assertTrue(measured.find(), () -> "not measured: " + seen.log());
        assertTrue(Integer.parseInt(measured.group(2)) > width - 30, "the frame has the requested width");
        assertTrue(Integer.parseInt(measured.group(1)) <= Integer.parseInt(measured.group(2)), measured.group());
        assertEquals("", measured.group(5), "no element overflows");
        assertTrue(Integer.parseInt(measured.group(4)) >= 3, "the charts are shown");
        assertTrue(Integer.parseInt(measured.group(3)) > 900, "the page has content");
        assertEquals(List.of(), seen.console(), "console");
    }

    @ParameterizedTest(name = "{0} pixels")
    @ValueSource(ints = {360, 1440})
    void nothingOverflowsAndNothingFails(int width) throws IOException, InterruptedException {
        assertSound(report(1, 40), width);
        assertSound(report(30, 40), width);
    }

    @ParameterizedTest(name = "{0} pixels")
    @ValueSource(ints = {360, 1440})
    void theReportOfARealRunIsSound(int width) throws IOException, InterruptedException {
        Path demo = folder.resolve("demo-" + width);
        assertEquals(0, new Command().run("demo", "--steps", "200", "--out", demo.toString()).code());
        assertSound(demo.resolve("report.html"), width);
    }

    /** The work of a browser grows with the size and the number of elements of a page. */
    @Test
    void tenThousandRowsGiveAPageWithFewElements() throws IOException, InterruptedException {
        Path large = report(40, 250);
        assertTrue(Files.size(large) < 8 << 20, () -> large.toFile().length() + " bytes");
        String dom = browser.open(large, 1440, false).dom();
        assertTrue(dom.contains("</html>"), "the page was read to the end");
        long elements = dom.codePoints().filter(c -> c == '<').count() / 2;
        assertTrue(elements < 120_000, () -> elements + " elements");
    }
}
