package io.github.logalign.cli;

import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A browser without a window. */
final class Chromium {

    private final Path browser = Needs.browser();
    private final Path folder;

    /**
     * Finds the browser.
     *
     * @param folder for its files
     */
    Chromium(Path folder) {
        this.folder = folder;
    }

    /** The DOM that the browser builds from a page, and what it logs. */
    record Seen(String dom, String log) {

        /** What the page itself complains about. */
        List<String> console() {
            return log.lines().filter(line -> line.contains(":CONSOLE")).toList();
        }
    }

    /** Opens a page in a window of a width, for a reader who prefers light or dark pages. */
    Seen open(Path page, int width, boolean dark) throws IOException, InterruptedException {
        Path dom = Files.createTempFile(folder, "dom", ".html");
        Path log = Files.createTempFile(folder, "log", ".txt");
        Path profile = Files.createTempDirectory(folder, "profile");
        List<String> command = new ArrayList<>(List.of(
                browser.toString(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--allow-file-access-from-files", "--enable-logging=stderr", "--v=0", "--user-data-dir=" + profile,
                "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1), "--window-size=" + width + ",1000",
                "--virtual-time-budget=5000", "--dump-dom", page.toUri().toString()));
        Process process = new ProcessBuilder(command).redirectOutput(dom.toFile()).redirectError(log.toFile()).start();
        try {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        return new Seen(Files.readString(dom), Files.readString(log));
    }
}
