package io.github.logalign.cli;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.logalign.testing.Arrows;

/** The dependencies between the packages of the command and the library. */
@AnalyzeClasses(packages = Arrows.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule REPORT_ONLY_SHOWS = Arrows.mayUse("report", "tensorboard", "track", "score", "tensor",
            "", "matrix", "internal.io");

    @ArchTest
    static final ArchRule EVENTS_STAND_ALONE = Arrows.mayUse("tensorboard", "matrix", "internal.io");

    @ArchTest
    static final ArchRule PARQUET_HOLDS_ANY_ROWS = Arrows.mayUse("parquet", "score");

    @ArchTest
    static final ArchRule JOURNALS_HOLD_ROWS = Arrows.mayUse("journal", "report", "batch", "score", "matrix",
            "internal.io");

    @ArchTest
    static final ArchRule THE_LAB_KNOWS_NOTHING_OF_SCORING = Arrows.mayUse(
            "lab", "tensor", "matrix", "internal", "internal.blas", "internal.simd", "internal.io");

    @ArchTest
    static final ArchRule THE_COMMAND_USES_NO_ENGINE = Arrows.mayUse(
            "cli", "report", "journal", "parquet", "lab", "track", "batch", "score", "tensor", "", "matrix",
            "internal.io");
}
