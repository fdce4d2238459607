package io.github.logalign;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.logalign.tensor.Tensor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;

/** The arrows of the design, and who may touch what. */
@AnalyzeClasses(packages = "io.github.logalign", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.github.logalign";

    /** A package may use those named here, itself, and what is not ours. */
    private static ArchRule mayUse(String user, String... used) {
        String[] allowed = new String[used.length + 1];
        for (int i = 0; i < used.length; i++) {
            allowed[i] = name(used[i]);
        }
        allowed[used.length] = name(user);
        return classes()
                .that()
                .resideInAPackage(name(user))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(resideOutsideOfPackages(ROOT + "..")));
    }

    private static String name(String shortName) {
        return shortName.isEmpty() ? ROOT : ROOT + "." + shortName;
    }

    @ArchTest
    static final ArchRule BLAS_STANDS_ALONE = mayUse("blas");

    @ArchTest
    static final ArchRule SIMD_STANDS_ALONE = mayUse("simd");

    @ArchTest
    static final ArchRule THE_API_USES_BLAS_AND_SIMD = mayUse("", "blas", "simd");

    @ArchTest
    static final ArchRule TENSOR_USES_THE_API = mayUse("tensor", "");

    @ArchTest
    static final ArchRule SCORE_USES_TENSOR = mayUse("score", "tensor", "");

    @ArchTest
    static final ArchRule TRACK_USES_SCORES = mayUse("track", "score", "tensor", "");

    @ArchTest
    static final ArchRule REPORT_ONLY_SHOWS = mayUse("report", "track", "score", "tensor", "", "blas");

    @ArchTest
    static final ArchRule THE_LAB_KNOWS_NOTHING_OF_SCORING = mayUse("lab", "blas", "simd", "tensor", "");

    @ArchTest
    static final ArchRule NOTHING_GOES_ROUND = slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_BLAS_LINKS = noClasses()
            .that()
            .resideOutsideOfPackage(name("blas"))
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Linker.class, SymbolLookup.class);

    @ArchTest
    static final ArchRule ONLY_SIMD_HAS_VECTORS = noClasses()
            .that()
            .resideOutsideOfPackage(name("simd"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    /** Reading the view of a mapped file that becomes shorter is an error of the JVM; {@code Tensor.read} tells of it. */
    @ArchTest
    static final ArchRule ELEMENTS_ARE_READ_WHERE_A_LOST_FILE_IS_TOLD = noClasses()
            .that()
            .doNotBelongToAnyOf(Tensor.class)
            .should()
            .callMethod(Tensor.class, "bytes");

    @ArchTest
    static final ArchRule THE_LIBRARY_NEEDS_NO_LIBRARIES = noClasses()
            .that()
            .resideInAnyPackage(ROOT, name("blas"), name("simd"), name("tensor"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "com.fasterxml..", "me.tongfei..");
}
