package io.github.logalign.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs Jazzer on one target of a module or all, each in a JVM of its own for as long as wanted, and reports the outcome:
 * {@code mvn -Pfuzz test -Dfuzz.seconds=1200 -Dfuzz.target=NPZ}. A target of another module is left to that one; of those
 * that know the targets of all, one refuses a name that none has. A folder per target keeps the log, the corpus, from which
 * the next run goes on, and a file for each finding.
 */
public final class FuzzCampaign {

    /** Small, so that an input which asks for much memory is found out. */
    private static final String HEAP = "-Xmx512m";

    private static final Pattern EXECUTIONS = Pattern.compile("stat::number_of_executed_units:\\s+(\\d+)");
    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+) ft: (\\d+)");

    private FuzzCampaign() {}

    /**
     * Runs the targets one after another. Properties say which: {@code fuzz.targets} names the enum of this module's,
     * {@code fuzz.others} those of the modules before it if there are any, {@code fuzz.target} the one that is wanted.
     *
     * @param args seconds per target, the folder for what is found, and flags of the JVM
     * @throws IOException if the folder cannot be written or Jazzer not be started
     * @throws InterruptedException if the wait for Jazzer is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int seconds = Integer.parseInt(args[0]);
        Path folder = Path.of(args[1]);
        List<String> flags = List.of(args[2].split(" "));
        String enums = System.getProperty("fuzz.targets", "");
        List<FuzzTarget> targets = FuzzTargets.of(enums);
        String others = System.getProperty("fuzz.others", "");
        String wanted = System.getProperty("fuzz.target", "");
        if (!wanted.isEmpty()) {
            Optional<FuzzTarget> own = FuzzTargets.find(targets, wanted);
            if (own.isEmpty() && !others.isEmpty()) {
                checkKnown(wanted, FuzzTargets.of(others), targets);
            }
            targets = own.map(List::of).orElse(List.of());
        }
        boolean clean = true;
        for (FuzzTarget target : targets) {
            clean &= run(enums, target, seconds, Files.createDirectories(folder.resolve(target.name())), flags);
        }
        System.exit(clean ? 0 : 1);
    }

    private static void checkKnown(String wanted, List<FuzzTarget> others, List<FuzzTarget> own) {
        if (FuzzTargets.find(others, wanted).isEmpty()) {
            String all = Stream.concat(others.stream(), own.stream()).map(FuzzTarget::name)
                    .collect(Collectors.joining(", "));
            System.err.println("there is no target " + wanted + "; there are " + all);
            System.exit(2);
        }
    }

    private static boolean run(String enums, FuzzTarget target, int seconds, Path folder, List<String> flags)
            throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path findings = Files.createDirectories(folder.resolve("findings"));
        Path seeds = Files.createDirectories(folder.resolve("seeds"));
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        int number = 0;
        for (byte[] seed : target.seeds()) {
            Files.write(seeds.resolve("seed-" + number++), seed);
        }
        Path words = Files.write(folder.resolve("dictionary"), dictionary(target).getBytes(StandardCharsets.US_ASCII));
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(
                HEAP,
                "-Djava.io.tmpdir=" + temporary,
                "-Dfuzz.targets=" + enums,
                "-Dfuzz.target=" + target.name(),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzDriver.class.getName(),
                "--instrumentation_includes=io.github.logalign.**",
                "--keep_going=20",
                "--reproducer_path=" + findings,
                corpus.toString(),
                seeds.toString(),
                "-dict=" + words,
                "-max_total_time=" + seconds,
                // Seconds for one input: far more than a busy machine needs for any.
                "-timeout=60",
                "-rss_limit_mb=3000",
                "-print_final_stats=1",
                "-artifact_prefix=" + findings + "/"));
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        String text = Files.readString(log, StandardCharsets.ISO_8859_1);
        long found = count(findings);
        System.out.printf(
                Locale.ROOT,
                "%-12s %d s, %s executions, coverage %s, %d findings%s%n",
                target.name(),
                seconds,
                last(EXECUTIONS, text),
                last(COVERAGE, text),
                found,
                exit == 0 && found == 0 ? "" : ": exit " + exit + ", see " + folder);
        return exit == 0 && found == 0;
    }

    private static long count(Path findings) throws IOException {
        try (Stream<Path> files = Files.list(findings)) {
            return files.filter(file -> !file.toString().endsWith(".java")).count();
        }
    }

    private static String last(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        @Nullable
        String found = null;
        while (matcher.find()) {
            found = matcher.group(1);
        }
        return found == null ? "?" : found;
    }

    /** In libFuzzer's own syntax: a quoted word a line. */
    private static String dictionary(FuzzTarget target) {
        StringBuilder text = new StringBuilder();
        for (byte[] word : target.words()) {
            text.append('"');
            for (byte unit : word) {
                text.append(String.format(Locale.ROOT, "\\x%02x", unit));
            }
            text.append("\"\n");
        }
        return text.toString();
    }
}
