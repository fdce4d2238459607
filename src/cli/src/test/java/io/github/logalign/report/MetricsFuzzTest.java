package io.github.logalign.report;

import io.github.logalign.fuzz.DamagedSeeds;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged tables of metrics, see {@link DamagedSeeds}. */
class MetricsFuzzTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(MetricsFuzzTarget.class)
    void seedsAreGood(MetricsFuzzTarget target) throws IOException {
        DamagedSeeds.checkGood(target, folder);
    }

    @ParameterizedTest
    @EnumSource(MetricsFuzzTarget.class)
    void damagedInputsGiveValuesOrAreRefused(MetricsFuzzTarget target) throws IOException {
        DamagedSeeds.checkDamaged(target, folder);
    }
}
