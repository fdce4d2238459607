package io.github.logalign.cli;

import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Information about files that the files do not contain themselves. */
final class ReadingOptions {

    @Option(names = "--void16", paramLabel = "bf16|f16",
            description = "The dtype of untyped two-byte elements (|V2) in npy and npz files; numpy writes bfloat16 "
                    + "from ml_dtypes as |V2.")
    private ReadOptions.@Nullable Void16 void16;

    ReadOptions options() {
        return new ReadOptions(void16);
    }

    /** The option's value; empty if it was not given. */
    String described() {
        return void16 == null ? "" : void16.name().toLowerCase(Locale.ROOT);
    }

    TensorFile open(Path path) {
        return TensorFile.open(path, options());
    }
}
