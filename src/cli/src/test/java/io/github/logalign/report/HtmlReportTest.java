package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Spectra;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Baseline;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
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
        assertEquals(page.indexOf("<script"), page.lastIndexOf("<script"), "no script but that of the page");
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
        for (String loaded : List.of("src=", "url(", "@import", "<link", "<iframe", "http:", "https:", "href=\"h")) {
            assertFalse(page.contains(loaded), loaded);
        }
    }

    /** The policy of the page lets its own script run and no other. */
    @Test
    void theScriptIsTheOneThatThePolicyNames() throws Exception {
        String page = page("run", Series.EMPTY, Metrics.NONE);
        String script = page.substring(page.indexOf("<script>") + "<script>".length(), page.indexOf("</script>"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
        assertTrue(page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"
                + Base64.getEncoder().encodeToString(hash) + "'\""), page);
    }

    @Test
    void noCoordinateIsNan() throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        rows.add(SeriesRow.of(0, TestSeries.score("a", null, Status.UNDEFINED)));
        rows.add(SeriesRow.of(100, TestSeries.score("a", Double.NEGATIVE_INFINITY, Status.OK)));
        rows.add(TestSeries.row(200, "a", 0.5));
        for (Series series : List.of(Series.EMPTY, Series.of(rows.subList(0, 1)), Series.of(rows))) {
            String page = page("run", series, Metrics.NONE);
            assertFalse(page.substring(0, page.indexOf("<script>")).contains("NaN"), "NaN");
        }
    }

    /** The slopes of the first checkpoints, which leave the initialisation, do not flatten those of the rest. */
    @Test
    void earlySlopesAreMarkedAtTheEdge() throws IOException {
        Series flat = TestSeries.of(TestSeries.steps(60, 100), step -> 0.6 + 1e-6 * step).withSlopes(16);
        assertFalse(page("run", flat, Metrics.NONE).contains("beyond the axis"));
        Series jump = TestSeries.of(TestSeries.steps(60, 100),
                TestSeries.noisy(step -> step == 0 ? 0.3 : 0.6, 0.002, 5)).withSlopes(16);
        String page = page("run", jump, Metrics.NONE);
        assertTrue(page.contains(" lie beyond the axis, as far as "), page);
        assertTrue(page.contains("<path class=\"beyond\""));
        Series late = TestSeries.of(TestSeries.steps(60, 100),
                step -> step > 5000 ? 0.6 - (step - 5000) * 1e-3 : 0.6).withSlopes(16);
        assertFalse(page("run", late, Metrics.NONE).contains("beyond the axis"), "what happens later is not left out");
    }

    @Test
    void lossesOfDifferentMagnitudesAreLogarithmic() throws IOException {
        Series series = TestSeries.of(TestSeries.steps(30, 100), step -> 0.6);
        Path log = folder.resolve("log.csv");
        Files.writeString(log, "step,train_loss,val_loss\n0,8,9\n1000,2,3\n2900,0.1,4\n");
        String page = page("run", series, Metrics.read(log));
        assertTrue(page.contains(">loss, log scale</text>"));
        assertTrue(page.contains("val_loss has its minimum, 3, at step 1000"));
        assertTrue(page.contains(">minimum, step 1\u202f000</text>"), page);
        Files.writeString(log, "step,train_loss,val_loss\n0,2.9,3.1\n1000,2.5,3\n2900,2,3.2\n");
        assertTrue(page("run", series, Metrics.read(log)).contains(">loss</text>"));
    }

    @Test
    void everyLayerIsInTheHeatMapInNaturalOrder() throws IOException {
        Series series = blocks(90, 5);
        String page = page("run", series, Metrics.NONE);
        String map = page.substring(page.indexOf("<h3>LAR of every layer over steps</h3>"));
        int last = 0;
        for (int block = 0; block < 90; block++) {
            int at = map.indexOf("<title>model.layers." + block + ".mlp.down_proj</title>");
            assertTrue(at > last, "block " + block);
            last = at;
        }
    }

    private static Series blocks(int blocks, int steps) {
        List<SeriesRow> rows = new ArrayList<>();
        List<String> names = IntStream.range(0, blocks)
                .mapToObj(block -> "model.layers." + block + ".mlp.down_proj")
                .sorted()
                .toList();
        int seed = 0;
        for (String name : names) {
            LongToDoubleFunction lar = TestSeries.noisy(step -> 0.7 - 1e-6 * step, 0.01, seed++);
            for (long step : TestSeries.steps(steps, 100)) {
                rows.add(TestSeries.row(step, name, lar.applyAsDouble(step), 0.002));
            }
        }
        return Series.of(rows).withSlopes(16);
    }

    /** Alarms may be in any layer, and the spectra are those of the layers with curves. */
    @Test
    void spectraAreThoseOfTheLayersWithCurves() throws IOException {
        Series series = blocks(20, 5);
        double[] shares = {0.5, 0.3, 0.2};
        Map<String, SpectrumCurves> atStep = new HashMap<>();
        series.layers().forEach(layer -> atStep.put(layer, SpectrumCurves.of(new Spectra(shares, shares, shares))));
        String alarmed = "model.layers.17.mlp.down_proj";
        Alarm alarm = new Alarm(alarmed, Alarm.Kind.DECLINE, 100, 1, 1, null, "evidence");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HtmlReport.write(out,
                new HtmlReport.Content("run", series, new Alarms(List.of(alarm), null, List.of(), Map.of()),
                        new TreeMap<>(Map.of(0L, atStep)), List.of(), Metrics.NONE, Environment.current()));
        String page = out.toString(StandardCharsets.UTF_8);
        int first = page.indexOf("<h3>Weight spectrum p, ");
        assertTrue(page.startsWith("<h3>Weight spectrum p, " + alarmed, first), "the main layer comes first");
        assertEquals(SvgChart.MAX_CURVES, page.split("<h3>Weight spectrum p, ", -1).length - 1);
        for (String layer : series.layers()) {
            assertEquals(page.contains("<h3>Weight spectrum p, " + layer + "</h3>"),
                    page.contains("\"><span>" + layer + "</span></li>"), layer);
        }
    }

    /** All that a report can hold: noise, so that no two points are alike, baselines, alarms, metrics, spectra. */
    @Test
    void aHundredLayersAtFiveHundredCheckpointsStayBelowFiveMegabytes() throws IOException {
        Series series = blocks(100, 500);
        series = series.withBaseline(Baseline.of(series)).withSlopes(16);
        assertEquals(50_000, series.rows().size());
        StringBuilder log = new StringBuilder("step,train_loss,val_loss,accuracy,rate,norm,a,b,c,d,e,f,g,h\n");
        Random random = new Random(7);
        for (long step : TestSeries.steps(500, 100)) {
            log.append(step);
            for (int i = 0; i < 13; i++) {
                log.append(',').append(random.nextDouble());
            }
            log.append('\n');
        }
        Path metrics = Files.writeString(folder.resolve("metrics.csv"), log);
        double[] shares = random.doubles(16_384).toArray();
        NavigableMap<Long, Map<String, SpectrumCurves>> spectra = new TreeMap<>();
        for (long step : new long[]{0, 25_000, 49_900}) {
            Map<String, SpectrumCurves> atStep = new HashMap<>();
            series.layers().forEach(layer -> atStep.put(layer,
                    SpectrumCurves.of(new Spectra(shares, shares, shares))));
            spectra.put(step, atStep);
        }
        List<Alarm> fired = new ArrayList<>();
        for (String layer : series.layers()) {
            for (long step : TestSeries.steps(10, 1000)) {
                fired.add(new Alarm(layer, Alarm.Kind.DECLINE, step, 1, 1, null, "the evidence of this alarm"));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HtmlReport.write(out, new HtmlReport.Content("run", series, new Alarms(fired, null, List.of(), Map.of()),
                spectra, List.of(), Metrics.read(metrics), Environment.current()));
        assertTrue(out.size() < 5_000_000, out.size() + " bytes");
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
