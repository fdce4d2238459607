package io.github.logalign.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * All unordered pairs a &lt;= b with their sum modulo p, shuffled. Ordered pairs would leak test data into training,
 * since the model is symmetric.
 *
 * @param a the first numbers
 * @param b the second numbers
 * @param sums (a + b) mod p
 */
record ModularAddition(int[] a, int[] b, int[] sums) {

    /** All pairs in a random order. */
    static ModularAddition shuffled(int p, Random random) {
        List<int[]> pairs = new ArrayList<>();
        for (int first = 0; first < p; first++) {
            for (int second = first; second < p; second++) {
                pairs.add(new int[]{first, second});
            }
        }
        Collections.shuffle(pairs, random);
        int[] a = new int[pairs.size()];
        int[] b = new int[pairs.size()];
        int[] sums = new int[pairs.size()];
        for (int i = 0; i < a.length; i++) {
            a[i] = pairs.get(i)[0];
            b[i] = pairs.get(i)[1];
            sums[i] = (a[i] + b[i]) % p;
        }
        return new ModularAddition(a, b, sums);
    }

    int size() {
        return a.length;
    }

    /** Some of the pairs. */
    ModularAddition slice(int from, int to) {
        return new ModularAddition(
                Arrays.copyOfRange(a, from, to),
                Arrays.copyOfRange(b, from, to),
                Arrays.copyOfRange(sums, from, to));
    }
}
