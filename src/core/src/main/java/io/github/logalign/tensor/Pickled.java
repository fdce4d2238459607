package io.github.logalign.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pickle describes. Nothing of it is run: names stay names, and what a call would make is known here or refused. */
sealed interface Pickled {

    /** A value that nothing here needs: None, a number that is no integer, bytes. */
    enum Other implements Pickled {
        /** All of them. */
        VALUE
    }

    /** An integer of 64 bits. Maps stay fast if many have the same hash, since they have an order. */
    record Whole(long value) implements Pickled, Comparable<Whole> {

        @Override
        public int compareTo(Whole other) {
            return Long.compare(value, other.value);
        }
    }

    /** A text. Maps stay fast if many have the same hash, since they have an order. */
    record Text(String text) implements Pickled, Comparable<Text> {

        @Override
        public int compareTo(Text other) {
            return text.compareTo(other.text);
        }
    }

    /** A name of something in Python: {@code torch.FloatStorage}. */
    record Global(String module, String name) implements Pickled {

        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    /** A tuple, a list or a set. Those of equal content are different ones, and one may hold itself. */
    final class Items implements Pickled {

        private final List<Pickled> values;

        Items(List<Pickled> values) {
            this.values = new ArrayList<>(values);
        }

        List<Pickled> values() {
            return values;
        }

        int size() {
            return values.size();
        }
    }

    /** A dictionary, in the order of its entries. Those of equal content are different ones, and one may hold itself. */
    final class Entries implements Pickled {

        private final Map<Pickled, Pickled> values = new LinkedHashMap<>();

        /** The values by their keys, which are texts and integers. */
        Map<Pickled, Pickled> values() {
            return values;
        }

        /** Adds an entry, unless its key is of a kind that no tensor is found by. */
        void put(Pickled key, Pickled value) {
            if (key instanceof Text || key instanceof Whole) {
                values.put(key, value);
            }
        }
    }

    /**
     * What is stored outside the pickle.
     *
     * @param type the name of the storage's type, such as {@code FloatStorage}
     * @param key where it is
     * @param elements how many it has
     */
    record Storage(String type, String key, long elements) implements Pickled {}

    /**
     * A tensor: a view of a storage.
     *
     * @param storage where its elements are
     * @param type the name of its type where the storage does not say it, such as {@code float8_e4m3fn}; empty if it does
     * @param offset of its first element, in elements
     * @param sizes along each dimension
     * @param strides from element to element along each dimension, in elements
     */
    record View(Storage storage, String type, long offset, List<Long> sizes, List<Long> strides) implements Pickled {

        /** Copies the lists. */
        public View {
            sizes = List.copyOf(sizes);
            strides = List.copyOf(strides);
        }
    }
}
