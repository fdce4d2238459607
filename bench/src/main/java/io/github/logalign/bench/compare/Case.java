package io.github.logalign.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One input and who computes it. */
final class Case {

    final String name;
    final int rounds;
    final List<Measured> rows = new ArrayList<>();
    private final Source w;
    private final @Nullable Source x;

    /** A file that is made when it is needed. */
    interface Source {

        Path make(Path folder) throws IOException;
    }

    Case(String name, Source w, @Nullable Source x, int rounds) {
        this.name = name;
        this.w = w;
        this.x = x;
        this.rounds = rounds;
    }

    /** The files of W and X, made if they are missing. */
    List<Path> inputs(Path folder) throws IOException {
        return x == null ? List.of(w.make(folder)) : List.of(w.make(folder), x.make(folder));
    }

    Case with(int threads, String... contestants) {
        return later(threads, Measured.FEW, contestants);
    }

    /** The same, with more computations: so many that all that runs has been compiled. */
    Case later(int threads, int repetitions, String... contestants) {
        for (String contestant : contestants) {
            rows.add(new Measured(contestant, threads, repetitions));
        }
        return this;
    }

    /** What takes so long that it is computed once. */
    Case once(String... contestants) {
        return later(1, Measured.ONCE, contestants);
    }
}
