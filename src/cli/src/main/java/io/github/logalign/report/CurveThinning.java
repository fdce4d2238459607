package io.github.logalign.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Leaves out points of a curve that nobody could see: of each pixel column the first, lowest, highest and last one stay. */
final class CurveThinning {

    private CurveThinning() {}

    /**
     * Thins a curve.
     *
     * @param points the indices of its points, by increasing place
     * @param place where a point is along the horizontal axis, in pixels
     * @param height the values by index
     * @return the indices that are kept, in order
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
}
