package io.github.logalign.cli;

import io.github.logalign.matrix.Precision;
import picocli.CommandLine.Option;

/** In which precision layers are computed. */
final class PrecisionOption {

    @Option(names = "--precision", paramLabel = "double|single", defaultValue = "double",
            description = "Precision of factorisation and projections (default: ${DEFAULT-VALUE}).")
    Precision precision = Precision.DOUBLE;
}
