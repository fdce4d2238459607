package io.github.logalign.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** This module stands on the library's API, as any user's code does. */
@AnalyzeClasses(packages = "io.github.logalign.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NOTHING_INTERNAL_IS_USED = noClasses().should().dependOnClassesThat()
            .resideInAPackage("io.github.logalign.internal..");
}
