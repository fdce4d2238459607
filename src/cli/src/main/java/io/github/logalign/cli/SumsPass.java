package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.SumsFile;
import io.github.logalign.score.Glob;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.FileStamp;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Takes the rows of a series from sums that training wrote. They cost nothing, so that all are computed at each call. */
final class SumsPass {

    private final Path file;
    private final Selection selection;
    private final TrackRun run;
    private final Map<Long, Integer> seen = new TreeMap<>();

    SumsPass(Path file, Selection selection, TrackRun run) {
        this.file = file;
        this.selection = selection;
        this.run = run;
    }

    /**
     * Takes all steps that there are.
     *
     * @throws LogalignException if there are none, a line is damaged, or a pattern matches no layer
     */
    void over() {
        SumsFile sums = SumsFile.read(file);
        sums.notes().forEach(run.log()::note);
        if (sums.lines().isEmpty() && run.series().rows().isEmpty()) {
            throw new LogalignException(
                    Names.printable(file) + ": it holds no sums yet; docs/activations.md has the code that "
                            + "writes them");
        }
        reportGone(sums);
        add(sums, (step, results) -> {});
        run.log().repeats();
    }

    /**
     * Watches the file, and takes the steps that have new lines, until the JVM is stopped.
     *
     * @param pause the time between two polls
     * @param untilAlarm whether to end at the first alarm
     * @throws LogalignException if a line is damaged, or a pattern matches no layer
     */
    void until(StopHook stop, Duration pause, boolean untilAlarm, Clock clock) throws InterruptedException {
        FollowLog log = new FollowLog(file, "step", run.log(), clock);
        Optional<FileStamp> before = Optional.empty();
        boolean first = true;
        do {
            Optional<FileStamp> now = Optional.ofNullable(FileStamp.of(file));
            Optional<SumsFile> changed = now.isEmpty() || now.equals(before)
                    ? Optional.empty()
                    : Optional.of(SumsFile.read(file));
            if (first) {
                changed.ifPresent(this::reportGone);
                changed.ifPresent(sums -> add(sums, (step, results) -> {}));
                log.watching(changed.map(sums -> sums.lines().size()).orElse(0), run.lastStep(), pause);
                first = false;
            } else {
                changed.ifPresent(sums -> add(sums,
                        (step, results) -> log.scored(step, results, run.headline(results), Duration.ZERO)));
            }
            run.reportAlarms();
            before = now;
            run.log().repeats();
            run.write();
            log.waiting(List.of(), List.of(file), run.lastStep());
        } while (!(untilAlarm && !run.alarms().fired().isEmpty()) && !stop.comesWithin(pause));
    }

    private void reportGone(SumsFile sums) {
        run.reportGone(sums.lines().keySet(), "steps that the file of sums no longer has");
    }

    /** Adds the rows of steps that have other lines than before. */
    private void add(SumsFile sums, BiConsumer<Long, List<Scorer.Result>> added) {
        if (!sums.layers().isEmpty()) {
            checkPatterns(sums);
        }
        sums.lines().forEach((step, lines) -> {
            if (!lines.equals(seen.put(step, lines))) {
                List<Scorer.Result> results = sums.results(step, selection::wantsLayer);
                // One file is that of the weights and of the inputs.
                run.add(new Checkpoint(step, file, file, null), results, null, false);
                added.accept(step, results);
            }
        });
    }

    private void checkPatterns(SumsFile sums) {
        for (Glob glob : Stream.concat(selection.include().stream(), selection.exclude().stream()).toList()) {
            Selection alone = new Selection(null, null, List.of(), List.of(glob), List.of(), List.of());
            if (sums.layers().stream().noneMatch(alone::wantsLayer)) {
                throw new LogalignException(
                        Names.printable(file) + ": the pattern \"" + Names.printable(glob.toString())
                                + "\" matches nothing; its layers are named such as "
                                + Names.printable(sums.layers().iterator().next()));
            }
        }
    }
}
