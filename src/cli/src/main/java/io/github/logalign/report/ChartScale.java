package io.github.logalign.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An axis: maps values to positions, and has ticks at round values. */
final class ChartScale {

    private static final double ROOM = 0.06;
    private static final int DECADES_WITH_PARTS = 2;

    private final boolean logarithmic;
    private final double low;
    private final double high;
    private final double start;
    private final double end;

    private ChartScale(boolean logarithmic, double low, double high, double start, double end) {
        this.logarithmic = logarithmic;
        this.low = low;
        this.high = high;
        this.start = start;
        this.end = end;
    }

    /** A linear axis that spans exactly the range of the values. */
    static ChartScale tight(double min, double max, double start, double end) {
        double half = max > min ? 0 : Math.max(1, Math.abs(min) * 0.01);
        return new ChartScale(false, min - half, max + half, start, end);
    }

    /** A linear axis with a margin around the range of the values. */
    static ChartScale linear(double min, double max, double start, double end) {
        double range = max - min;
        double room = range > 0 ? range * ROOM : Math.max(Math.abs(min) * 0.01, 1e-6);
        return new ChartScale(false, min - room, max + room, start, end);
    }

    /** A logarithmic axis; the values must be positive. */
    static ChartScale log(double min, double max, double start, double end) {
        double from = Math.log10(min);
        double to = Math.log10(max);
        double room = to > from ? (to - from) * ROOM : 0.05;
        return new ChartScale(true, from - room, to + room, start, end);
    }

    double place(double value) {
        double at = logarithmic ? Math.log10(value) : value;
        return start + (at - low) / (high - low) * (end - start);
    }

    boolean holds(double value) {
        double at = logarithmic ? Math.log10(value) : value;
        return at >= low && at <= high;
    }

    /** The place of a value, or the end of the axis beyond which it lies. */
    double within(double value) {
        return Math.clamp(place(value), Math.min(start, end), Math.max(start, end));
    }

    /** Where the axis begins. */
    double start() {
        return start;
    }

    /** Where the axis ends. */
    double end() {
        return end;
    }

    double length() {
        return Math.abs(end - start);
    }

    /** A value with a grid line and a label. */
    record Tick(double value, String label) {}

    List<Tick> ticks(int about) {
        return logarithmic ? logTicks(about) : linearTicks(about);
    }

    private List<Tick> linearTicks(int about) {
        double gap = roundGap((high - low) / about);
        List<Tick> ticks = new ArrayList<>();
        long first = (long) Math.ceil(low / gap - 1e-9);
        long last = (long) Math.floor(high / gap + 1e-9);
        for (long i = first; i <= last; i++) {
            ticks.add(new Tick(i * gap, label(i * gap, gap, Math.max(Math.abs(first), Math.abs(last)) * gap)));
        }
        return ticks;
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double roundGap(double gap) {
        double power = Math.pow(10, Math.floor(Math.log10(gap)));
        double part = gap / power;
        return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
    }

    private static String label(double value, double gap, double largest) {
        if (value == 0) {
            return "0";
        }
        if (largest >= 1e12 || largest < 1e-4) {
            return String.format(Locale.ROOT, "%.1e", value).replace('-', '−');
        }
        double unit = largest >= 1e9 ? 1e9 : largest >= 1e6 ? 1e6 : largest >= 1e4 ? 1e3 : 1;
        String suffix = unit == 1e9 ? "G" : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
        int decimals = (int) Math.clamp(Math.ceil(-Math.log10(gap / unit) - 1e-9), 0, 9);
        return String.format(Locale.ROOT, "%." + decimals + "f", value / unit).replace('-', '−') + suffix;
    }

    private List<Tick> logTicks(int about) {
        List<Tick> ticks = new ArrayList<>();
        int first = (int) Math.floor(low);
        int last = (int) Math.ceil(high);
        boolean parts = high - low < DECADES_WITH_PARTS;
        int every = parts ? 1 : Math.max(1, (int) Math.ceil((high - low) / about));
        for (int decade = first; decade <= last; decade++) {
            for (int part : parts ? new int[]{1, 2, 5} : new int[]{1}) {
                double value = part * Math.pow(10, decade);
                if (holds(value) && Math.floorMod(decade, every) == 0) {
                    ticks.add(new Tick(value, logLabel(value, part, decade)));
                }
            }
        }
        return ticks;
    }

    private static String logLabel(double value, int part, int decade) {
        if (decade >= -2 && decade <= 4) {
            int decimals = Math.max(0, -decade);
            return String.format(Locale.ROOT, "%." + decimals + "f", value);
        }
        return part + "e" + (decade < 0 ? "−" : "") + Math.abs(decade);
    }
}
