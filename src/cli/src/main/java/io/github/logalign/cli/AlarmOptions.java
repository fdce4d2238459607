package io.github.logalign.cli;

import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The alarms to watch, and whether they affect the exit code. */
final class AlarmOptions {

    @Option(
            names = "--alarm",
            paramLabel = "KIND[=THRESHOLD]",
            description = "Watch only these alarms: below-baseline (default 0.03: LAR below the baseline at two "
                    + "checkpoints), decline (0.025: slope per 1000 steps) and acceleration (0.02: steepening of the "
                    + "slope). Repeatable; without it all are watched.")
    private List<String> alarms = new ArrayList<>();

    @Option(names = "--no-alarms", description = "Watch no alarms.")
    private boolean noAlarms;

    @Option(names = "--fail-on-alarm", description = "Exit code 3 if an alarm fired.")
    private boolean failOnAlarm;

    boolean failOnAlarm() {
        return failOnAlarm;
    }

    /**
     * The rules selected by the options.
     *
     * @throws ParameterException if the options are contradictory or invalid
     */
    AlarmRules rules(CommandLine commandLine, int window, boolean hasBaseline) {
        if (noAlarms && (!alarms.isEmpty() || failOnAlarm)) {
            throw new ParameterException(commandLine, "--no-alarms cannot be combined with --alarm or --fail-on-alarm");
        }
        if (alarms.isEmpty() && !noAlarms) {
            return AlarmRules.all(window);
        }
        Map<Alarm.Kind, Double> thresholds = new EnumMap<>(Alarm.Kind.class);
        try {
            for (String alarm : alarms) {
                int equals = alarm.indexOf('=');
                Alarm.Kind kind = Alarm.Kind.of(equals < 0 ? alarm : alarm.substring(0, equals));
                thresholds.put(
                        kind, equals < 0 ? kind.defaultThreshold() : Double.parseDouble(alarm.substring(equals + 1)));
            }
            if (thresholds.containsKey(Alarm.Kind.BELOW_BASELINE) && !hasBaseline) {
                throw new IllegalArgumentException("below-baseline needs a --baseline");
            }
            return AlarmRules.of(thresholds, window);
        } catch (NumberFormatException wrong) {
            throw new ParameterException(
                    commandLine, "--alarm: a threshold must be a number, as in decline=0.03", wrong);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--alarm: " + wrong.getMessage(), wrong);
        }
    }
}
