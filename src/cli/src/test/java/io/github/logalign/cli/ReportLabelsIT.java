package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.report.HtmlReport;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SpectrumCurves;
import io.github.logalign.score.Spectra;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The labels of the report as a browser lays them out, on telephones, small screens and large ones, light and dark: none
 * is clipped, none overlaps another, each is large enough and in contrast with what is behind it.
 */
class ReportLabelsIT {

    private static final List<Integer> WIDTHS = List.of(390, 1024, 1440);

    /** Finds the faults of the report in a frame. All that is folded is opened first. */
    private static final String SCRIPT = """
            function luminance(color) {
              const parts = color.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
                .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
              return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
            }
            function contrast(one, other) {
              const a = luminance(one), b = luminance(other);
              return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            }
            function faults(frame) {
              const d = frame.contentDocument, view = frame.contentWindow, found = [];
              d.querySelectorAll('details').forEach(folded => folded.open = true);
              let labels = 0;
              for (const svg of d.querySelectorAll('svg')) {
                const box = svg.getBoundingClientRect();
                if (box.width === 0) continue;
                const texts = [...svg.querySelectorAll('text')].map(text => ({text, at: text.getBoundingClientRect()}));
                labels += texts.length;
                const back = svg.closest('figure') ? view.getComputedStyle(svg.closest('figure')).backgroundColor : '';
                texts.forEach(({text, at}, i) => {
                  const says = text.textContent;
                  if (at.left < box.left - 0.5 || at.right > box.right + 0.5 || at.top < box.top - 0.5
                      || at.bottom > box.bottom + 0.5) found.push('clipped: ' + says);
                  if (at.height < 9) found.push('small: ' + says + ' ' + at.height);
                  if (contrast(view.getComputedStyle(text).fill, back) < 3) found.push('faint: ' + says);
                  for (const other of texts.slice(i + 1)) {
                    const wide = Math.min(at.right, other.at.right) - Math.max(at.left, other.at.left);
                    const high = Math.min(at.bottom, other.at.bottom) - Math.max(at.top, other.at.top);
                    if (wide > 0.5 && high > 0.2 * Math.min(at.height, other.at.height))
                      found.push('overlap: ' + says + ' and ' + other.text.textContent);
                  }
                });
              }
              for (const e of d.querySelectorAll('h1, h2, h3, p, li, summary, figcaption, dt, dd, .ramp')) {
                const at = e.getBoundingClientRect();
                if (at.right > d.documentElement.clientWidth + 0.5 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
                  found.push('clipped: ' + e.textContent.slice(0, 40));
              }
              return 'width=' + frame.width + ' labels=' + labels + ' dark='
                + view.matchMedia('(prefers-color-scheme: dark)').matches + ' faults=' + found.slice(0, 8).join('; ');
            }
            """;

    private static final String CHECK = SCRIPT + """
            onload = () => document.getElementById('seen').textContent =
              [...document.querySelectorAll('iframe')].map(faults).join('\\n');
            """;

    private static final Pattern SEEN = Pattern
            .compile("width=(\\d+) labels=(\\d+) dark=(true|false) faults=([^\\n<]*)");

    @TempDir
    static Path folder;

    private static Chromium browser;

    @BeforeAll
    static void findTheBrowser() {
        browser = new Chromium(folder);
    }

    /** Twelve blocks and a head, or the seven projections of each of fourteen blocks, an embedding and a head. */
    private static List<String> names(int layers) {
        List<String> names = new ArrayList<>();
        List<String> kinds = layers == 13
                ? List.of("mlp.down_proj")
                : List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                        "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj");
        for (int block = 0; block < (layers == 13 ? 12 : 14); block++) {
            for (String kind : kinds) {
                names.add("model.layers." + block + "." + kind);
            }
        }
        if (layers == 100) {
            names.add("model.embed_out");
        }
        names.add("lm_head");
        assertEquals(layers, names.size());
        return names.stream().sorted().toList();
    }

    private static Path report(int layers, int steps) throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        List<SeriesRow> usual = new ArrayList<>();
        int at = 0;
        for (String name : names(layers)) {
            double level = 0.74 - 0.001 * at++;
            LongToDoubleFunction noise = TestSeries.noisy(step -> step == 0 ? 0.5 : level, 0.002, at);
            for (int step = 0; step < steps; step++) {
                double lar = noise.applyAsDouble(step);
                usual.add(TestSeries.row(step * 100L, name, lar));
                rows.add(TestSeries.row(step * 100L, name, lar - Math.max(0, step - 10) * 0.005, 0.004));
            }
        }
        Series series = Series.of(rows).withBaseline(Baseline.of(Series.of(usual))).withSlopes(16);
        StringBuilder metrics = new StringBuilder("step,train_loss,val_loss,accuracy\n");
        for (int step = 0; step < steps; step++) {
            metrics.append(step * 100).append(',').append(8 * Math.exp(-0.2 * step)).append(',')
                    .append(3 + Math.abs(step - (layers == 13 ? 20 : 1)) * 0.1).append(',').append(0.01 * step)
                    .append('\n');
        }
        Path log = Files.writeString(Files.createTempFile(folder, "metrics", ".csv"), metrics);
        Alarms alarms = AlarmRules.heuristics(16).evaluate(series);
        assertTrue(alarms.fired().size() > 1, "alarms are marked");
        Path page = Files.createTempFile(folder, "report", ".html");
        try (OutputStream out = Files.newOutputStream(page)) {
            HtmlReport.write(out, new HtmlReport.Content(
                    "a run", series, alarms, spectra(names(layers)), List.of(), Metrics.read(log),
                    Environment.current()));
        }
        return page;
    }

    private static NavigableMap<Long, Map<String, SpectrumCurves>> spectra(List<String> names) {
        double[] shares = IntStream.rangeClosed(1, 768).mapToDouble(i -> 0.05 / i).toArray();
        SpectrumCurves curves = SpectrumCurves.of(new Spectra(shares, shares, shares));
        NavigableMap<Long, Map<String, SpectrumCurves>> spectra = new TreeMap<>();
        for (long step : List.of(0L, 2000L, 3900L)) {
            Map<String, SpectrumCurves> atStep = new HashMap<>();
            names.forEach(name -> atStep.put(name, curves));
            spectra.put(step, atStep);
        }
        return spectra;
    }

    private static Path framed(Path report, String script) throws IOException {
        StringBuilder page = new StringBuilder("<!DOCTYPE html><meta charset=\"utf-8\"><p id=\"seen\"></p>\n");
        for (int width : WIDTHS) {
            page.append("<iframe src=\"").append(report.toUri()).append("\" width=\"").append(width)
                    .append("\" height=\"900\" style=\"border:0\"></iframe>\n");
        }
        page.append("<script>").append(script).append("</script>");
        return Files.writeString(Files.createTempFile(folder, "frames", ".html"), page);
    }

    @ParameterizedTest(name = "{0} layers, dark: {1}")
    @CsvSource({"13,false", "13,true", "100,false", "100,true"})
    void everyLabelCanBeRead(int layers, boolean dark) throws IOException, InterruptedException {
        Path page = framed(report(layers, 40), CHECK);
        Chromium.Seen seen = browser.open(page, 1500, dark);
        Matcher matcher = SEEN.matcher(seen.dom());
        List<Integer> widths = new ArrayList<>();
        while (matcher.find()) {
            widths.add(Integer.parseInt(matcher.group(1)));
            assertTrue(Integer.parseInt(matcher.group(2)) > 100, matcher.group());
            assertEquals(dark, Boolean.parseBoolean(matcher.group(3)), matcher.group());
            assertEquals("", matcher.group(4), "at " + matcher.group(1) + " pixels");
        }
        assertEquals(WIDTHS, widths, seen.log());
        assertEquals(List.of(), seen.console());
    }

    /** The check itself: a label that is too long is found at every width. */
    @Test
    void aLabelThatIsTooLongIsFound() throws IOException, InterruptedException {
        Path report = report(13, 40);
        String html = Files.readString(report);
        String broken = html.replace("loss, log scale", "loss ".repeat(60));
        assertNotEquals(html, broken);
        Files.writeString(report, broken);
        Chromium.Seen seen = browser.open(framed(report, CHECK), 1500, false);
        Matcher matcher = SEEN.matcher(seen.dom());
        int found = 0;
        while (matcher.find()) {
            assertTrue(matcher.group(4).contains("clipped: loss loss"), matcher.group());
            found++;
        }
        assertEquals(WIDTHS.size(), found, seen.log());
    }

    @Test
    void tablesAreSortedByAClick() throws IOException, InterruptedException {
        Path page = framed(report(13, 30), """
                onload = () => {
                  const d = document.querySelector('iframe').contentDocument;
                  const table = [...d.querySelectorAll('table.sortable')].at(-1);
                  const column = name => [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent === name);
                  const click = name => table.tHead.rows[0].cells[column(name)].querySelector('button').click();
                  const first = name => table.tBodies[0].rows[0].cells[column(name)].textContent;
                  const last = name => [...table.tBodies[0].rows].at(-1).cells[column(name)].textContent;
                  const said = [];
                  click('layer');
                  said.push(first('layer'), last('layer'));
                  click('LAR');
                  const up = [...table.tBodies[0].rows].map(row => parseFloat(row.cells[column('LAR')].textContent));
                  said.push(up.every((lar, i) => i === 0 || up[i - 1] <= lar));
                  click('LAR');
                  said.push(parseFloat(first('LAR')) === up.at(-1), up.length);
                  document.getElementById('seen').textContent = said.join(' ');
                };
                """);
        Chromium.Seen seen = browser.open(page, 1500, false);
        assertTrue(seen.dom().contains("<p id=\"seen\">lm_head model.layers.11.mlp.down_proj true true 390</p>"),
                seen.dom().substring(0, 400) + seen.log());
        assertEquals(List.of(), seen.console());
    }
}
