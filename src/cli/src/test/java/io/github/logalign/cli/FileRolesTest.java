package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logalign.score.LayerJob;
import io.github.logalign.score.Plan;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Refuses weights that would be scored with themselves. */
class FileRolesTest {

    private static final int SIDE = 128;

    @TempDir
    Path folder;

    private Path write(String name) {
        Path path = folder.resolve(name);
        new SafetensorsWriter().add("w", new long[]{SIDE, SIDE}, new float[SIDE * SIDE]).write(path);
        return path;
    }

    @Test
    void aCopyIsRefusedAndAFileThatBecameShorterFailsItsRow() throws IOException {
        CommandLine commandLine = new CommandLine(CommandSpec.create());
        Path copy = write("copy");
        for (int turn = 0; turn < 20; turn++) {
            Path path = write("w" + turn);
            try (TensorFile weights = TensorFile.open(path);
                    TensorFile activations = TensorFile.open(copy)) {
                List<LayerJob> jobs = Plan.of(weights, activations, Selection.ALL).jobs();
                assertThrows(ParameterException.class, () -> FileRoles.checkDifferent(commandLine, jobs));
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.truncate(4096);
                }
                FileRoles.checkDifferent(commandLine, jobs);
            }
        }
    }
}
