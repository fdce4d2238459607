package io.github.logalign.lab;

/** Receives the progress of a run. */
@FunctionalInterface
public interface StepListener {

    /**
     * Called after every step.
     *
     * @param step the step, from 1
     * @param total the total number of steps
     */
    void step(int step, int total);
}
