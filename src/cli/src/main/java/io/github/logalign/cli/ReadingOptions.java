package io.github.logalign.cli;

import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the user knows of files that these do not say themselves. */
final class ReadingOptions {

    @Option(names = "--void16", paramLabel = "bf16|f16",
            description = "What elements of two unnamed bytes (|V2) in npy and npz files are: numpy saves the bfloat16 of"
                    + " ml_dtypes so.")
    private ReadOptions.@Nullable Void16 void16;

    ReadOptions options() {
        return new ReadOptions(void16);
    }

    TensorFile open(Path path) {
        return TensorFile.open(path, options());
    }
}
