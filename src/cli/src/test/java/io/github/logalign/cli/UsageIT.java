package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What wrong usage looks like from outside: the exit code and the streams of the process. UsageTest has the mistakes. */
class UsageIT {

    @TempDir
    Path folder;

    @Test
    void aMistakeIsOneLineOnStandardError() {
        Result result = new Command().in(folder).run("score", "--wieghts=model.safetensors");
        assertEquals(2, result.code());
        assertEquals("", result.out());
        assertEquals(1, result.err().size(), result::toString);
        assertTrue(result.err().getFirst().contains("did you mean --weights?"), result::toString);
    }

    /** Paths are those below the folder of the process. */
    @Test
    void anInputIsNotOverwritten() {
        assertEquals(0, new Command().in(folder).run("sample", ".").code());
        Result result = new Command().in(folder).run("score", "model.safetensors", "activations.safetensors", "--out",
                "./model.safetensors", "--force");
        assertEquals(2, result.code());
        assertTrue(result.err().getFirst().contains("would overwrite"), result::toString);
    }
}
