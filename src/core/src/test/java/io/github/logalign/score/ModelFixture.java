package io.github.logalign.score;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Starts each test with an empty model in a temporary folder. */
abstract class ModelFixture {

    @TempDir
    Path folder;

    TestModel model = new TestModel(Path.of(""));

    @BeforeEach
    void emptyModel() {
        model = new TestModel(folder);
    }
}
