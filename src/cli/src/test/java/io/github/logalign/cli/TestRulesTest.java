package io.github.logalign.cli;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.github.logalign.testing.TestRules;

/** The tests of the command follow the rules for tests. */
@AnalyzeClasses(packages = "io.github.logalign", importOptions = ImportOption.OnlyIncludeTests.class)
class TestRulesTest {

    @ArchTest
    static final ArchTests RULES = ArchTests.in(TestRules.class);
}
