package io.github.logalign;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.logalign.internal.blas.Blas;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.testing.Arrows;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;

/** The arrows between the packages, from the command's needs down to the kernels; and what the API shows. */
@AnalyzeClasses(packages = Arrows.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] EXPORTED = Arrows.names("", "matrix", "tensor", "score", "track", "probe");

    @ArchTest
    static final ArchRule CHECKS_STAND_ALONE = Arrows.mayUse("internal.check");

    @ArchTest
    static final ArchRule POOLS_STAND_ALONE = Arrows.mayUse("internal.pool");

    @ArchTest
    static final ArchRule STATISTICS_STAND_ALONE = Arrows.mayUse("internal.stats");

    @ArchTest
    static final ArchRule THE_VOCABULARY_USES_CHECKS = Arrows.mayUse("matrix", "internal.check");

    @ArchTest
    static final ArchRule EVENTS_STAND_ALONE = Arrows.mayUse("internal.events");

    @ArchTest
    static final ArchRule BLAS_STANDS_ALONE = Arrows.mayUse("internal.blas", "internal.events", "internal.pool");

    @ArchTest
    static final ArchRule SIMD_STANDS_ALONE = Arrows.mayUse("internal.simd", "internal.events", "internal.pool");

    @ArchTest
    static final ArchRule THE_BOUNDARY_KNOWS_THE_FAILURES = Arrows.mayUse("internal", "internal.check", "internal.blas",
            "matrix");

    @ArchTest
    static final ArchRule THE_ENGINE_USES_BLAS_AND_SIMD = Arrows.mayUse("internal.engine", "internal", "internal.check",
            "internal.blas", "internal.simd", "matrix");

    @ArchTest
    static final ArchRule FILES_KNOW_NO_TENSORS = Arrows.mayUse("internal.io", "internal.check", "matrix");

    @ArchTest
    static final ArchRule THE_FACADE_USES_THE_ENGINE = Arrows.mayUse(
            "", "internal.engine", "internal", "internal.check", "internal.blas", "internal.events", "internal.simd",
            "internal.stats", "matrix");

    @ArchTest
    static final ArchRule PROBES_STAND_ON_THE_FACADE = Arrows.mayUse(
            "probe", "", "internal", "internal.check", "internal.events", "matrix");

    @ArchTest
    static final ArchRule TENSOR_KNOWS_NO_SPECTRA = Arrows.mayUse("tensor", "internal", "internal.check", "internal.io",
            "matrix");

    @ArchTest
    static final ArchRule SCORE_USES_TENSOR_AND_FACADE = Arrows.mayUse(
            "score", "tensor", "", "internal.engine", "internal", "internal.check", "internal.events", "internal.io",
            "matrix");

    @ArchTest
    static final ArchRule BATCHES_ARE_MANY_SCORES = Arrows.mayUse("batch", "score", "tensor", "internal",
            "internal.check",
            "internal.io", "matrix");

    @ArchTest
    static final ArchRule TRACK_USES_SCORES = Arrows.mayUse("track", "score", "tensor", "", "internal",
            "internal.check", "internal.io", "internal.stats", "matrix");

    @ArchTest
    static final ArchRule NOTHING_GOES_ROUND = slices().matching(Arrows.ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_BLAS_LINKS = noClasses()
            .that()
            .resideOutsideOfPackage(Arrows.name("internal.blas"))
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Linker.class, SymbolLookup.class);

    /** Below the API, BLAS is handed on: a computation says where it has it from. */
    @ArchTest
    static final ArchRule THE_ENGINE_FETCHES_NO_BLAS = noClasses()
            .that()
            .resideInAPackage(Arrows.name("internal.engine"))
            .should()
            .callMethod(Blas.class, "get")
            .orShould()
            .callMethod(Blas.class, "isThere");

    @ArchTest
    static final ArchRule ONLY_SIMD_HAS_VECTORS = noClasses()
            .that()
            .resideOutsideOfPackage(Arrows.name("internal.simd"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    /** Reading the view of a mapped file that becomes shorter is an error of the JVM; {@code Tensor.read} reports it. */
    @ArchTest
    static final ArchRule ELEMENTS_ARE_READ_WHERE_A_LOST_FILE_IS_TOLD = noClasses()
            .that()
            .doNotBelongToAnyOf(Tensor.class)
            .should()
            .callMethod(Tensor.class, "bytes");

    @ArchTest
    static final ArchRule THE_LIBRARY_NEEDS_NO_LIBRARIES = classes()
            .should()
            .onlyDependOnClassesThat(DescribedPredicate.describe(
                    "are of Java, of JSpecify or ours",
                    (JavaClass used) -> used.getName()
                            .matches("(\\[*L?)(java|javax|jdk|org\\.jspecify|io\\.github\\.logalign)\\..*")
                            || used.isPrimitive() || used.isArray()));

    @ArchTest
    static final ArchRule NO_EXPORTED_CALL_NAMES_AN_INTERNAL_TYPE = codeUnits()
            .that()
            .areDeclaredInClassesThat(areExported())
            .should(nameNoInternalType());

    @ArchTest
    static final ArchRule NO_EXPORTED_FIELD_NAMES_AN_INTERNAL_TYPE = fields()
            .that()
            .areDeclaredInClassesThat(areExported())
            .should(nameNoInternalType());

    @ArchTest
    static final ArchRule NO_EXPORTED_TYPE_EXTENDS_AN_INTERNAL_ONE = noClasses()
            .that(areExported())
            .should()
            .beAssignableTo(DescribedPredicate.describe("internal", (JavaClass type) -> isInternal(type)));

    /**
     * More than seven parameters are a type that has not been named yet. The kernels' calls take addresses, strides and
     * sizes one by one, since nothing may be allocated for them. The components of a record count for themselves: its
     * constructor names them all, and a row of results has as many as it has columns.
     */
    @ArchTest
    static final ArchRule NO_CALL_HAS_MORE_THAN_SEVEN_PARAMETERS = codeUnits()
            .that()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage(Arrows.name("internal.simd"))
            .should(haveAtMostSevenParameters());

    private static ArchCondition<JavaCodeUnit> haveAtMostSevenParameters() {
        return new ArchCondition<>("have at most seven parameters") {
            @Override
            public void check(JavaCodeUnit call, ConditionEvents events) {
                boolean ofRecord = call instanceof JavaConstructor && call.getOwner().isRecord();
                boolean written = !call.getModifiers().contains(JavaModifier.SYNTHETIC);
                if (written && !ofRecord && call.getRawParameterTypes().size() > 7) {
                    events.add(SimpleConditionEvent.violated(call, call.getFullName()));
                }
            }
        };
    }

    /** Types that a user can name: public in an exported package, and so are the types around them. */
    private static DescribedPredicate<JavaClass> areExported() {
        List<String> packages = List.of(EXPORTED);
        return DescribedPredicate.describe("exported",
                type -> packages.contains(type.getPackageName()) && isOpen(type));
    }

    private static boolean isOpen(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isOpen).orElse(true);
    }

    private static boolean isInternal(JavaClass type) {
        return type.getBaseComponentType().getPackageName().startsWith(Arrows.name("internal"));
    }

    private static <M extends JavaMember> ArchCondition<M> nameNoInternalType() {
        return new ArchCondition<>("name no internal type") {
            @Override
            public void check(M member, ConditionEvents events) {
                boolean open = member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED);
                for (JavaType named : open ? typesNamed(member) : List.<JavaType>of()) {
                    named.getAllInvolvedRawTypes().stream().filter(ArchitectureTest::isInternal)
                            .forEach(type -> events.add(SimpleConditionEvent.violated(
                                    member, member.getFullName() + " names " + type.getName())));
                }
            }
        };
    }

    private static List<JavaType> typesNamed(JavaMember member) {
        List<JavaType> types = new ArrayList<>();
        switch (member) {
            case JavaCodeUnit call -> {
                types.add(call.getReturnType());
                types.addAll(call.getParameterTypes());
                types.addAll(call.getExceptionTypes());
            }
            case JavaField field -> types.add(field.getType());
            default -> throw new AssertionError(member.getFullName());
        }
        return types;
    }
}
