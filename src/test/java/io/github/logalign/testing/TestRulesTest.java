package io.github.logalign.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The rules for tests, see CONTRIBUTING.md, as far as they can be read off the code. */
@AnalyzeClasses(packages = "io.github.logalign", importOptions = ImportOption.OnlyIncludeTests.class)
class TestRulesTest {

    private static final String BENCHMARKS = "io.github.logalign.bench..";

    @ArchTest
    static final ArchRule NO_TEST_LOOKS_AT_THE_CLOCK = noClasses()
            .that()
            .resideOutsideOfPackage(BENCHMARKS)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Process.class, "waitFor", long.class, TimeUnit.class)
            .because("how long work takes is the machine's business; see Limits");

    @ArchTest
    static final ArchRule NO_TEST_HAS_A_LIMIT_IN_SECONDS = noClasses()
            .should()
            .callMethodWhere(describe(
                    "a timeout is asserted",
                    (JavaMethodCall call) -> call.getTargetOwner().isEquivalentTo(Assertions.class)
                            && call.getName().startsWith("assertTimeout")))
            .because("one limit in minutes ends what hangs; see junit-platform.properties");

    @ArchTest
    static final ArchRule NO_TEST_IS_SKIPPED_IN_SILENCE = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.logalign.testing")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Assumptions.class)
            .because("what a test needs it asks for by Needs, which fails where everything is there");
}
