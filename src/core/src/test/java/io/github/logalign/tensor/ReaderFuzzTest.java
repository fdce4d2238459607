package io.github.logalign.tensor;

import io.github.logalign.fuzz.DamagedSeeds;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged tensor files and what lies beside them, see {@link DamagedSeeds}. */
class ReaderFuzzTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(ReaderFuzzTarget.class)
    void seedsAreGood(ReaderFuzzTarget target) throws IOException {
        DamagedSeeds.checkGood(target, folder);
    }

    @ParameterizedTest
    @EnumSource(ReaderFuzzTarget.class)
    void damagedInputsGiveValuesOrAreRefused(ReaderFuzzTarget target) throws IOException {
        DamagedSeeds.checkDamaged(target, folder);
    }
}
