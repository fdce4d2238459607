/** The log-alignment ratio (LAR) of neural-network layers. */
module io.github.logalign {
    // Without it the kernels are scalar: --add-modules jdk.incubator.vector makes them vectors.
    requires static jdk.incubator.vector;
    requires static org.jspecify;
    requires jdk.jfr;

    exports io.github.logalign;
    exports io.github.logalign.batch;
    exports io.github.logalign.matrix;
    exports io.github.logalign.probe;
    exports io.github.logalign.score;
    exports io.github.logalign.tensor;
    exports io.github.logalign.track;
}
