package io.github.logalign.bench.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One input and who computes it. */
final class Case {

    final String name;
    final Path w;
    final Path x;
    final int rounds;
    final List<Measured> rows = new ArrayList<>();
    final List<Goal> goals = new ArrayList<>();

    /**
     * A ratio that is wanted.
     *
     * @param slow whose time is divided
     * @param fast by whose
     */
    record Goal(String slow, String fast, double goal, double aim) {}

    Case(String name, Path w, Path x, int rounds) {
        this.name = name;
        this.w = w;
        this.x = x;
        this.rounds = rounds;
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

    Case goal(String slow, String fast, double goal, double aim) {
        goals.add(new Goal(slow, fast, goal, aim));
        return this;
    }

    Measured row(String rowName) {
        return rows.stream().filter(row -> row.name().equals(rowName)).findFirst().orElseThrow();
    }

    double ratio(Goal goal) {
        return row(goal.slow()).median() / row(goal.fast()).median();
    }
}
