package io.github.logalign.cli;

import io.github.logalign.LogalignException;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.Names;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Finds the mask that {@code FILE[:NAME]} names. */
final class MaskOption implements AutoCloseable {

    private static final Set<DataType> TYPES = Set.of(DataType.BOOL, DataType.U8, DataType.I32, DataType.I64);

    private final TensorFile file;
    private final Tensor tensor;

    MaskOption(String argument) {
        int colon = argument.lastIndexOf(':');
        boolean named = colon >= 0 && !Files.exists(Path.of(argument));
        this.file = TensorFile.open(Path.of(named ? argument.substring(0, colon) : argument));
        try {
            this.tensor = named ? file.tensor(argument.substring(colon + 1)) : only();
        } catch (LogalignException notFound) {
            file.close();
            throw notFound;
        }
    }

    private Tensor only() {
        List<Tensor> masks = file.tensors().stream()
                .filter(candidate -> TYPES.contains(candidate.dataType()))
                .toList();
        if (masks.size() != 1) {
            throw new LogalignException(Names.printable(file.path()) + ": holds " + masks.size()
                    + " tensors that could be a mask; name one by FILE:NAME");
        }
        return masks.getFirst();
    }

    Tensor tensor() {
        return tensor;
    }

    @Override
    public void close() {
        file.close();
    }
}
