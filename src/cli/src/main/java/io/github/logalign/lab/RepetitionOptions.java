package io.github.logalign.lab;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of a run of the language model.
 *
 * @param seed the seed of the shuffles and of the initial weights
 * @param size the size of the network
 * @param epochs the number of times each position is seen over all steps; 1 is the baseline on fresh text
 * @param steps the number of steps
 * @param interval the number of steps between checkpoints
 * @param text a file, a zip file or a folder; null for the JDK's own sources
 */
public record RepetitionOptions(long seed, Size size, int epochs, int steps, int interval, @Nullable Path text) {

    /** The sizes of the network. */
    public enum Size {
        /** About 8 s on one core. */
        SMALL(8, 16, 256, 64, 128),
        /** About 40 s on one core. */
        FULL(16, 32, 512, 128, 256);

        private final int context;
        private final int embedding;
        private final int hidden;
        private final int width;
        private final int batch;

        Size(int context, int embedding, int hidden, int width, int batch) {
            this.context = context;
            this.embedding = embedding;
            this.hidden = hidden;
            this.width = width;
            this.batch = batch;
        }

        int context() {
            return context;
        }

        int embedding() {
            return embedding;
        }

        int hidden() {
            return hidden;
        }

        int width() {
            return width;
        }

        int batch() {
            return batch;
        }
    }

    /** Checks the ranges. */
    public RepetitionOptions {
        Objects.requireNonNull(size, "size");
        if (epochs < 1 || epochs > 10_000) {
            throw new IllegalArgumentException("epochs must be from 1 to 10000, not " + epochs);
        }
        if (steps < 1 || steps > 99_999 || interval < 1) {
            throw new IllegalArgumentException("steps must be from 1 to 99999 and the interval at least 1");
        }
    }

    /** The number of distinct positions. */
    int positions() {
        return Math.ceilDiv(steps * size.batch(), epochs);
    }
}
