package io.github.logalign.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Removes points of a curve that make no visible difference: in each pixel column the first, lowest, highest and last
 * point are kept. Also leaves out some of too many things.
 */
final class CurveThinning {

    private CurveThinning() {}

    /**
     * Thins a curve.
     *
     * @param points the indices of the points, in the order of increasing position
     * @param place the horizontal position of a point, in pixels
     * @param height the values, by index
     * @return the indices to keep, in order
     */
    static List<Integer> thinned(List<Integer> points, IntToDoubleFunction place, double[] height) {
        List<Integer> kept = new ArrayList<>();
        int start = 0;
        while (start < points.size()) {
            long pixel = Math.round(place.applyAsDouble(points.get(start)));
            int end = start;
            int lowest = points.get(start);
            int highest = lowest;
            while (end < points.size() && Math.round(place.applyAsDouble(points.get(end))) == pixel) {
                int i = points.get(end++);
                lowest = height[i] < height[lowest] ? i : lowest;
                highest = height[i] > height[highest] ? i : highest;
            }
            List<Integer> ofPixel = List.of(points.get(start), lowest, highest, points.get(end - 1));
            ofPixel.stream().distinct().sorted().forEach(kept::add);
            start = end;
        }
        return kept;
    }

    /**
     * Some of several things, from the first to the last.
     *
     * @param all any things
     * @param most how many, at least 2
     * @return all of them, or as many, evenly spread
     */
    static <T> List<T> evenly(List<T> all, int most) {
        return all.size() <= most
                ? all
                : IntStream.range(0, most).mapToObj(i -> all.get((int) ((long) i * (all.size() - 1) / (most - 1))))
                        .toList();
    }
}
