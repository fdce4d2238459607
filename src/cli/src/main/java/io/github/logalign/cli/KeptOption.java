package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.SpectrumStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Weight spectra that were computed before. */
final class KeptOption {

    @Reads
    @Option(names = "--kept", paramLabel = "DIR",
            description = "Take weight spectra from this folder, to which spectrum --keep has written them. Weights that have none "
                    + "there are factorised.")
    private @Nullable Path kept;

    boolean isGiven() {
        return kept != null;
    }

    Optional<SpectrumStore> store(CommandLine commandLine, ScoreMethod method) {
        if (kept == null) {
            return Optional.empty();
        }
        if (method == ScoreMethod.NORM) {
            throw new ParameterException(commandLine, "--method norm needs no spectra: leave out --kept");
        }
        if (!Files.isDirectory(kept)) {
            throw new LogalignException(Names.printable(kept) + ": there is no such folder; correct --kept");
        }
        return Optional.of(new SpectrumStore(kept, false));
    }
}
