package io.github.logalign.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** Rules that say which of our packages one of them may use. */
public final class Arrows {

    /** The package that all others are in. */
    public static final String ROOT = "io.github.logalign";

    private Arrows() {}

    /**
     * A package may use those named here, itself, and what is not ours.
     *
     * @param user its name below the root, empty for the root
     * @param used the names of the others
     * @return the rule, which fails if the package is empty
     */
    public static ArchRule mayUse(String user, String... used) {
        String[] allowed = Arrays.copyOf(names(used), used.length + 1);
        allowed[used.length] = name(user);
        return classes()
                .that()
                .resideInAPackage(name(user))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(resideOutsideOfPackages(ROOT + "..")));
    }

    /**
     * The full name of a package.
     *
     * @param shortName its name below the root
     * @return the name as Java has it
     */
    public static String name(String shortName) {
        return shortName.isEmpty() ? ROOT : ROOT + "." + shortName;
    }

    /**
     * The full names of packages.
     *
     * @param shortNames their names below the root
     * @return the names as Java has them
     */
    public static String[] names(String... shortNames) {
        return Arrays.stream(shortNames).map(Arrows::name).toArray(String[]::new);
    }
}
