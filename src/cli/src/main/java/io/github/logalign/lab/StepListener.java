package io.github.logalign.lab;

/** Is told how far a run has come. */
@FunctionalInterface
public interface StepListener {

    /**
     * Called after every step.
     *
     * @param step from 1
     * @param total how many there will be
     */
    void step(int step, int total);
}
