package io.github.logalign.score;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.TensorFile;
import java.util.List;

/**
 * Runs a model over its user's inputs and scores its layers on the way, so that no activations need be saved. The command
 * looks for one with {@link java.util.ServiceLoader}; logalign-onnxruntime provides one.
 */
public interface ModelRunner {

    /**
     * What is wanted.
     *
     * @param selection which layers: only {@code include} and {@code exclude} count
     * @param options how to score
     * @param batch how many rows of the inputs run at a time, at least 1
     * @param threads how many threads may compute, at least 1
     */
    record Request(Selection selection, ScoreOptions options, int batch, int threads) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if a number is less than 1
         */
        public Request {
            Arguments.required(selection, "selection");
            Arguments.required(options, "options");
            if (batch < 1 || threads < 1) {
                throw new IllegalArgumentException("at least one row and one thread are needed");
            }
        }
    }

    /** Is told of what has been done. */
    interface Listener {

        /**
         * The work begins.
         *
         * @param batches of how many steps
         */
        void begins(long batches);

        /** A step is done. */
        void batchIsDone();
    }

    /**
     * Scores a model.
     *
     * @param model the open model
     * @param inputs the open inputs, named as the model names them, each [rows, ...]
     * @param request what is wanted
     * @param listener is called in the calling thread
     * @return a row for each layer that is wanted, in the order of the graph
     * @throws LogalignException if the model or the inputs cannot be used; the message says why
     */
    List<LayerScore> score(TensorFile model, TensorFile inputs, Request request, Listener listener);
}
