package io.github.logalign.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The rules for tests, see CONTRIBUTING.md, as far as they can be read off the code. Each module checks its own tests. */
public final class TestRules {

    private TestRules() {}

    @ArchTest
    public static final ArchRule NO_TEST_LOOKS_AT_THE_CLOCK = noClasses()
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Process.class, "waitFor", long.class, TimeUnit.class)
            .because("how long work takes is the machine's business; see Limits");

    @ArchTest
    public static final ArchRule NO_TEST_HAS_A_LIMIT_IN_SECONDS = noClasses()
            .should()
            .callMethodWhere(describe(
                    "a timeout is asserted",
                    (JavaMethodCall call) -> call.getTargetOwner().isEquivalentTo(Assertions.class)
                            && call.getName().startsWith("assertTimeout")))
            .because("one limit in minutes ends what hangs; see junit-platform.properties");

    @ArchTest
    public static final ArchRule NO_TEST_IS_SKIPPED_IN_SILENCE = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.logalign.testing")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Assumptions.class)
            .because("what a test needs it asks for by Needs, which fails where everything is there");
}
