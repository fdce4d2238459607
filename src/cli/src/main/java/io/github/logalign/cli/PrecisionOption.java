package io.github.logalign.cli;

import io.github.logalign.matrix.Precision;
import picocli.CommandLine.Option;

/** The precision of the computation. */
final class PrecisionOption {

    @Option(names = "--precision", paramLabel = "double|single", defaultValue = "double",
            description = "Precision of the factorisation and the projections (default: ${DEFAULT-VALUE}).")
    Precision precision = Precision.DOUBLE;
}
