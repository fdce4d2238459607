package io.github.logalign.cli;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Glob;
import io.github.logalign.track.Alarm.Kind;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.Series;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The alarms to watch, and whether they affect the exit code. */
final class AlarmOptions {

    @Option(
            names = "--alarm",
            paramLabel = "KIND[=THRESHOLD]", completionCandidates = Kinds.class,
            description = "Watch only these alarms. With a stated rate of false alarms, watched by default if there is a "
                    + "--baseline: below-baseline (LAR is below it by more than 0.03) and faster-decline (LAR falls "
                    + "faster than it by more than 0 per 1000 steps), both beyond the noise. Heuristic, some fire on "
                    + "healthy runs: deviation (0.03 below the baseline at two checkpoints), decline (0.025: slope per "
                    + "1000 steps) and acceleration (0.02: steepening of the slope). Repeatable.")
    private List<String> alarms = new ArrayList<>();

    /** What completion proposes. */
    static final class Kinds extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        Kinds() {
            super(Stream.of(Kind.values()).map(Kind::label).toList());
        }
    }

    @Option(
            names = "--false-alarms",
            paramLabel = "RATE",
            description = "The largest probability that a healthy run raises below-baseline or faster-decline, in its "
                    + "whole length and on any of the watched layers (default: 0.01).")
    private @Nullable Double falseAlarms;

    @Option(
            names = "--watch",
            paramLabel = "GLOB",
            description = "The layers to watch for alarms. Each further one makes all need more evidence (default: the "
                    + "unembedding if there is one, otherwise all). Repeatable.")
    private List<String> watched = new ArrayList<>();

    @Option(names = "--no-alarms", description = "Watch no alarms.")
    private boolean noAlarms;

    @Option(
            names = "--fail-on-alarm",
            description = "Exit code 3 if an alarm fired. Heuristic alarms fire only if --alarm names them.")
    private boolean failOnAlarm;

    private final Map<Kind, Double> heuristic = new EnumMap<>(Kind.class);
    private final Map<Kind, Double> rated = new EnumMap<>(Kind.class);

    boolean failOnAlarm() {
        return failOnAlarm;
    }

    /**
     * Finds the alarms that the options select.
     *
     * @throws ParameterException if the options are contradictory or invalid
     */
    void check(CommandLine commandLine, int window, boolean hasBaseline) {
        if (noAlarms && (!alarms.isEmpty() || failOnAlarm || falseAlarms != null || !watched.isEmpty())) {
            throw new ParameterException(commandLine,
                    "--no-alarms cannot be combined with --alarm, --false-alarms, --watch or --fail-on-alarm");
        }
        try {
            select(hasBaseline);
            // What is wrong with a threshold or the rate is told before hours are spent on the baseline.
            AlarmRules.of(heuristic, window).against(Baseline.of(Series.EMPTY), rate(), rated);
        } catch (NumberFormatException wrong) {
            throw new ParameterException(
                    commandLine, "--alarm: a threshold must be a number, as in decline=0.03", wrong);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, String.valueOf(wrong.getMessage()), wrong);
        }
        if (falseAlarms != null && rated.isEmpty()) {
            throw new ParameterException(commandLine,
                    "--false-alarms is of below-baseline and faster-decline, which need a --baseline");
        }
        if (failOnAlarm && rated.isEmpty() && heuristic.isEmpty()) {
            throw new ParameterException(commandLine,
                    "--fail-on-alarm needs a --baseline, or heuristic alarms that --alarm names");
        }
    }

    private void select(boolean hasBaseline) {
        for (String alarm : alarms) {
            int equals = alarm.indexOf('=');
            Kind kind = Kind.of(equals < 0 ? alarm : alarm.substring(0, equals));
            if (kind.needsBaseline() && !hasBaseline) {
                throw new IllegalArgumentException("--alarm: " + kind.label() + " needs a --baseline");
            }
            double threshold = equals < 0 ? kind.defaultThreshold() : Double.parseDouble(alarm.substring(equals + 1));
            (kind.isHeuristic() ? heuristic : rated).put(kind, threshold);
        }
        if (alarms.isEmpty() && hasBaseline && !noAlarms) {
            for (Kind kind : Kind.values()) {
                if (!kind.isHeuristic()) {
                    rated.put(kind, kind.defaultThreshold());
                }
            }
        }
    }

    private double rate() {
        return falseAlarms == null ? AlarmRules.DEFAULT_FALSE_ALARMS : falseAlarms;
    }

    /**
     * The rules that the checked options select.
     *
     * @param baseline the baseline, or null if none was given
     * @throws LogalignException if no layer can be watched although the exit code depends on it
     */
    AlarmRules rules(int window, @Nullable Baseline baseline) {
        AlarmRules rules = AlarmRules.of(heuristic, window).watching(watched.stream().map(Glob::of).toList());
        if (baseline == null || rated.isEmpty()) {
            return rules;
        }
        AlarmRules compared = rules.against(baseline, rate(), rated);
        Alarms atFirst = compared.evaluate(Series.EMPTY);
        if (!watched.isEmpty() && atFirst.standings().isEmpty() && atFirst.unwatched().isEmpty()) {
            throw new LogalignException(
                    "--watch: no layer of the baseline matches; compare the names, or leave it out");
        }
        if (failOnAlarm && heuristic.isEmpty() && atFirst.standings().isEmpty()) {
            throw new LogalignException("--fail-on-alarm: no layer can be watched, so that no alarm could fire"
                    + atFirst.unwatched().values().stream().findFirst().map(reason -> " (" + reason + ")").orElse("")
                    + "; give a longer baseline, or name heuristic alarms with --alarm");
        }
        return compared;
    }

    /** Whether patterns select the layers to watch. */
    boolean choosesLayers() {
        return !watched.isEmpty();
    }
}
