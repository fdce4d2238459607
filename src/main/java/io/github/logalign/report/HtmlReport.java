package io.github.logalign.report;

import io.github.logalign.Environment;
import io.github.logalign.score.Spectra;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Series;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** A series as a self-contained web page. */
public final class HtmlReport {
    private HtmlReport() {}
    /**
     * What is shown.
     *
     * @param title the name of the run
     * @param series the rows
     * @param alarms what fired
     * @param spectra by step and layer, of a few of them; maybe empty
     * @param metrics what else was measured
     * @param environment what computed
     */
    public record Content(
            String title,
            Series series,
            List<Alarm> alarms,
            NavigableMap<Long, Map<String, Spectra>> spectra,
            Metrics metrics,
            Environment environment) {}
    /** x
     * @param out o
     * @param content c
     * @throws IOException if */
    public static void write(OutputStream out, Content content) throws IOException {
        out.write(content.title().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
