package io.github.logalign.report;

import io.github.logalign.LogalignException;
import io.github.logalign.tensor.Names;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What else was measured over the steps of a run: losses, accuracies. Where there is a training and a validation loss, their
 * difference is added as the generalisation gap.
 *
 * <p>Thread safety: immutable.
 */
public final class Metrics {

    /** Without any. */
    public static final Metrics NONE = new Metrics(Map.of());

    private static final List<String> STEP_NAMES = List.of("step", "global_step", "iteration", "iter");
    private static final List<String> TRAIN = List.of("train_loss", "training_loss", "train/loss", "trainLoss", "loss");
    private static final List<String> VALIDATION = List.of(
            "val_loss", "valid_loss", "validation_loss", "eval_loss", "test_loss", "val/loss",
            "eval/loss", "validationLoss", "testLoss");
    private static final String GAP = "generalisation gap";

    private final Map<String, NavigableMap<Long, Double>> curves;

    private Metrics(Map<String, NavigableMap<Long, Double>> curves) {
        this.curves = curves;
    }

    /**
     * Reads a table.
     *
     * @param path CSV with a column named step and columns of numbers; empty cells and NaN are missing values, columns that
     *     hold other text are left out
     * @return the metrics
     * @throws LogalignException if it cannot be read, has no steps, or no numbers
     */
    public static Metrics read(Path path) {
        List<List<String>> lines = CsvReader.read(path);
        List<String> header = lines.getFirst().stream().map(String::strip).toList();
        int stepColumn = -1;
        for (int c = 0; c < header.size() && stepColumn < 0; c++) {
            stepColumn = STEP_NAMES.contains(header.get(c)) ? c : -1;
        }
        if (stepColumn < 0) {
            throw new LogalignException(Names.printable(path) + ": metrics need a column named step");
        }
        long[] steps = new long[lines.size()];
        for (int line = 1; line < lines.size(); line++) {
            steps[line] = step(path, line, lines.get(line).get(stepColumn).strip());
        }
        Map<String, NavigableMap<Long, Double>> curves = new LinkedHashMap<>();
        for (int c = 0; c < header.size(); c++) {
            if (c != stepColumn) {
                NavigableMap<Long, Double> curve = curve(lines, c, steps);
                if (!curve.isEmpty()) {
                    curves.put(header.get(c), curve);
                }
            }
        }
        if (curves.isEmpty()) {
            throw new LogalignException(Names.printable(path) + ": no column beside the step holds numbers only");
        }
        addGap(curves);
        return new Metrics(curves);
    }

    private static long step(Path path, int line, String text) {
        try {
            double step = Double.parseDouble(text);
            if (step >= 0 && step == Math.rint(step) && step < Long.MAX_VALUE) {
                return (long) step;
            }
        } catch (NumberFormatException notOne) {
            throw badStep(path, line, text);
        }
        throw badStep(path, line, text);
    }

    private static LogalignException badStep(Path path, int line, String text) {
        return new LogalignException(Names.printable(path) + ": row " + line + ": \"" + Names.printable(text)
                + "\" is no step; repair the table");
    }

    /** Empty if something in the column is no number. */
    private static NavigableMap<Long, Double> curve(List<List<String>> lines, int column, long[] steps) {
        NavigableMap<Long, Double> curve = new TreeMap<>();
        for (int line = 1; line < lines.size(); line++) {
            String text = lines.get(line).get(column).strip();
            if (text.isEmpty()) {
                continue;
            }
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    curve.put(steps[line], value);
                }
            } catch (NumberFormatException notNumbers) {
                return new TreeMap<>();
            }
        }
        return curve;
    }

    private static void addGap(Map<String, NavigableMap<Long, Double>> curves) {
        Optional<String> train = TRAIN.stream().filter(curves::containsKey).findFirst();
        Optional<String> validation = VALIDATION.stream().filter(curves::containsKey).findFirst();
        if (train.isEmpty() || validation.isEmpty() || curves.containsKey(GAP)) {
            return;
        }
        NavigableMap<Long, Double> gap = new TreeMap<>();
        NavigableMap<Long, Double> trainCurve = curves.getOrDefault(train.get(), new TreeMap<>());
        curves.getOrDefault(validation.get(), new TreeMap<>()).forEach((step, loss) -> {
            Double trainLoss = trainCurve.get(step);
            if (trainLoss != null) {
                gap.put(step, loss - trainLoss);
            }
        });
        if (!gap.isEmpty()) {
            curves.put(GAP, gap);
        }
    }

    /**
     * The names of the metrics.
     *
     * @return in the order of the table, the generalisation gap last
     */
    public List<String> names() {
        return new ArrayList<>(curves.keySet());
    }

    /**
     * A metric over the steps.
     *
     * @param name its name
     * @return finite values by step; empty if there is no such metric
     */
    public NavigableMap<Long, Double> curve(String name) {
        return new TreeMap<>(curves.getOrDefault(name, new TreeMap<>()));
    }
}
