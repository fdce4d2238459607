package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Other metrics over the steps of a run, such as losses and accuracies. If there are a training and a validation loss,
 * their difference is added as the generalisation gap.
 *
 * <p>Thread safety: immutable.
 */
public final class Metrics {

    /** No metrics. */
    public static final Metrics NONE = new Metrics(Map.of(), List.of());

    private static final String GAP = "generalisation gap";

    /** The texts that Python, pandas and wandb write for missing values. */
    private static final Set<String> MISSING = Set.of("", "nan", "none", "null", "na", "n/a", "nat", "<na>", "-");

    private static final Pattern INFINITY = Pattern.compile("[+-]?inf(?:inity)?");

    /** A number in the common syntax; Java's 1d and 0x1p3 are excluded. */
    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?");

    private static final int MAX_NAMES = 20;

    private final Map<String, NavigableMap<Long, Double>> curves;
    private final List<String> notes;

    private Metrics(Map<String, NavigableMap<Long, Double>> curves, List<String> notes) {
        this.curves = curves;
        this.notes = List.copyOf(notes);
    }

    /**
     * Reads a log, whose format is detected from its content: CSV, including the exports of TensorBoard and wandb, JSON
     * Lines, an array of objects, the {@code trainer_state.json} of Hugging Face's trainer, or an event file of TensorBoard.
     * Of a folder, all event files are read and merged. The steps of a table are in a
     * column such as step, Step, _step, global_step or trainer/global_step. Empty cells, None, null and NaN are missing
     * values. So are infinities, since no curve can show them. Columns of other text, and values of the whole run such
     * as train_runtime, are skipped, as the notes report.
     *
     * @param path the file, or a folder of event files
     * @return the metrics
     * @throws LogalignException if the file cannot be read, or has no steps or no numbers
     */
    public static Metrics read(Path path) {
        return read(path, null);
    }

    /**
     * Reads a log, but not a certain file, which the reader itself writes.
     *
     * @param path the file, or a folder of event files
     * @param except a file to leave out of a folder, or null
     * @return the metrics
     * @throws LogalignException if the file cannot be read, or has no steps or no numbers
     */
    public static Metrics read(Path path, @Nullable Path except) {
        return EventMetrics.areIn(path) ? EventMetrics.read(path, except) : readTable(path);
    }

    private static Metrics readTable(Path path) {
        MetricsTable table = MetricsTable.read(path);
        List<String> columns = table.columns();
        String where = Names.printable(path) + ": ";
        int stepColumn = MetricNames.stepColumn(columns);
        if (stepColumn < 0) {
            throw new LogalignException(where + "metrics need a column of steps, named for example step or "
                    + "global_step; the columns are " + list(columns));
        }
        List<String> notes = new ArrayList<>();
        table.notes().forEach(note -> notes.add(where + note));
        long[] steps = steps(path, table, stepColumn, notes);
        List<String> shown = MetricNames.shown(columns, stem(path));
        Set<String> perRun = MetricNames.perRun(columns);
        Map<String, NavigableMap<Long, Double>> curves = new LinkedHashMap<>();
        List<String> text = new ArrayList<>();
        List<String> ranges = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
            String column = columns.get(c);
            if (c == stepColumn || MetricNames.isClock(column) || column.isEmpty() || perRun.contains(column)) {
                continue;
            }
            if (MetricNames.isRange(column, columns)) {
                ranges.add(column);
                continue;
            }
            Column read = column(table, c, steps);
            if (!read.numbers) {
                text.add(column);
            } else if (!read.curve.isEmpty()) {
                curves.put(shown.get(c), read.curve);
            }
            noteInfinite(notes, where, column, read.infinite);
        }
        note(notes, where, text, "skipped, since not all of their values are numbers");
        note(notes, where, ranges, "skipped, the ranges of other columns");
        note(notes, where, new ArrayList<>(perRun), "skipped, values of the whole run");
        if (curves.isEmpty()) {
            throw new LogalignException(
                    where + "no column other than the step \"" + Names.printable(columns.get(stepColumn))
                            + "\" consists of numbers; the columns are " + list(columns));
        }
        return of(curves, notes, where);
    }

    /** Metrics with the generalisation gap. */
    static Metrics of(Map<String, NavigableMap<Long, Double>> curves, List<String> notes, String where) {
        addGap(curves, notes, where);
        return new Metrics(curves, notes);
    }

    /**
     * Merges these metrics with others, for example from another file of the same run.
     *
     * @param others the other metrics; their curves replace those of the same name
     * @return new metrics, with the generalisation gap computed from all
     */
    public Metrics and(Metrics others) {
        Map<String, NavigableMap<Long, Double>> all = new LinkedHashMap<>(curves);
        all.putAll(others.curves);
        all.remove(GAP);
        List<String> allNotes = new ArrayList<>(notes);
        allNotes.addAll(others.notes);
        addGap(all, allNotes, "");
        return new Metrics(all, allNotes);
    }

    private static String stem(Path path) {
        String name = String.valueOf(path.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static String list(List<String> names) {
        String some = names.stream()
                .limit(MAX_NAMES)
                .map(name -> "\"" + Names.printable(name) + "\"")
                .collect(Collectors.joining(", "));
        int more = names.size() - MAX_NAMES;
        return more > 0 ? some + " and " + more + " more" : some;
    }

    static void noteInfinite(List<String> notes, String where, String name, long count) {
        if (count > 0) {
            notes.add(where + count + " infinite " + (count == 1 ? "value" : "values") + " of \""
                    + Names.printable(name) + (count == 1 ? "\" was" : "\" were") + " treated as missing");
        }
    }

    static void note(List<String> notes, String where, List<String> names, String what) {
        if (!names.isEmpty()) {
            notes.add(where + list(names) + ": " + what);
        }
    }

    /** The step of each row; -1 for rows without one. */
    private static long[] steps(Path path, MetricsTable table, int column, List<String> notes) {
        long[] steps = new long[table.rows().size()];
        int without = 0;
        for (int row = 0; row < steps.length; row++) {
            String text = cell(table, row, column);
            boolean missing = MISSING.contains(text.toLowerCase(Locale.ROOT));
            steps[row] = missing ? -1 : step(path, row + 1, text);
            without += missing ? 1 : 0;
        }
        if (without > 0) {
            notes.add(Names.printable(path) + ": " + without + (without == 1
                    ? " row has no step and was skipped"
                    : " rows have no step and were skipped"));
        }
        return steps;
    }

    private static String cell(MetricsTable table, int row, int column) {
        String text = table.rows().get(row).get(column);
        return text == null ? "" : text.strip();
    }

    private static long step(Path path, int row, String text) {
        double step = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : -1;
        if (step >= 0 && step == Math.rint(step) && step < Long.MAX_VALUE) {
            return (long) step;
        }
        throw new LogalignException(Names.printable(path) + ": row " + row + ": \"" + Names.printable(text)
                + "\" is not a step; repair the table");
    }

    /** Whether a cell holds a number or a marker for a missing one. */
    static boolean isValue(String cell) {
        String text = cell.strip().toLowerCase(Locale.ROOT);
        return MISSING.contains(text) || INFINITY.matcher(text).matches() || NUMBER.matcher(text).matches();
    }

    /** The contents of a column. */
    private static final class Column {
        private final NavigableMap<Long, Double> curve = new TreeMap<>();
        private boolean numbers = true;
        private int infinite;
    }

    /** Reads a column. If a step occurs twice, as after a crash and a resume, the later value is used. */
    private static Column column(MetricsTable table, int index, long[] steps) {
        Column column = new Column();
        for (int row = 0; row < steps.length; row++) {
            String text = cell(table, row, index);
            String lower = text.toLowerCase(Locale.ROOT);
            if (steps[row] < 0 || MISSING.contains(lower)) {
                continue;
            }
            if (INFINITY.matcher(lower).matches()) {
                column.infinite++;
            } else if (NUMBER.matcher(text).matches()) {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    column.curve.put(steps[row], value);
                } else {
                    column.infinite++;
                }
            } else {
                column.numbers = false;
                column.infinite = 0;
                return column;
            }
        }
        return column;
    }

    private static void addGap(Map<String, NavigableMap<Long, Double>> curves, List<String> notes, String where) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        curves.forEach((name, curve) -> sizes.put(name, curve.size()));
        String train = MetricNames.trainingLoss(sizes);
        String validation = MetricNames.validationLoss(sizes);
        if (train == null || validation == null || curves.containsKey(GAP)) {
            return;
        }
        NavigableMap<Long, Double> gap = new TreeMap<>();
        NavigableMap<Long, Double> trainCurve = curves.getOrDefault(train, new TreeMap<>());
        curves.getOrDefault(validation, new TreeMap<>()).forEach((step, loss) -> {
            Double trainLoss = trainCurve.get(step);
            if (trainLoss != null) {
                gap.put(step, loss - trainLoss);
            }
        });
        if (gap.isEmpty()) {
            notes.add(where + "\"" + Names.printable(train) + "\" and \"" + Names.printable(validation)
                    + "\" have no step in common, so there is no generalisation gap");
        } else {
            curves.put(GAP, gap);
        }
    }

    /**
     * Notes on skipped data and on assumptions made while reading.
     *
     * @return unmodifiable, one line each
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * The names of the metrics.
     *
     * @return the names in the order of the table, the generalisation gap last
     */
    public List<String> names() {
        return new ArrayList<>(curves.keySet());
    }

    /**
     * The values of a metric.
     *
     * @param name the name of the metric
     * @return finite values by step; empty if there is no such metric
     */
    public NavigableMap<Long, Double> curve(String name) {
        return new TreeMap<>(curves.getOrDefault(name, new TreeMap<>()));
    }
}
