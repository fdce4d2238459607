package io.github.logalign.internal.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The running median against sorting. */
class RunningMedianTest {

    @Test
    void itIsTheMiddleOfWhatWasAdded() {
        Random random = new Random(5);
        RunningMedian median = new RunningMedian();
        double[] all = random.doubles(101).map(x -> Math.rint(x * 20)).toArray();
        for (int n = 1; n <= all.length; n++) {
            median.add(all[n - 1]);
            double[] sorted = Arrays.copyOf(all, n);
            Arrays.sort(sorted);
            assertEquals((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, median.value());
            assertEquals(n, median.size());
        }
    }

    @Test
    void ofNothingThereIsNone() {
        assertThrows(IllegalStateException.class, new RunningMedian()::value);
    }
}
