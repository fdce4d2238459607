package io.github.logalign.fuzz;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The targets of the modules, by the names of their enums. */
final class FuzzTargets {

    private FuzzTargets() {}

    /** The constants of some enums, named with commas between them. */
    static List<FuzzTarget> of(String enums) {
        List<FuzzTarget> targets = new ArrayList<>();
        for (String name : enums.split(",", -1)) {
            try {
                for (Object constant : Class.forName(name.strip()).getEnumConstants()) {
                    targets.add((FuzzTarget) constant);
                }
            } catch (ClassNotFoundException missing) {
                throw new IllegalArgumentException("there is no enum " + name, missing);
            }
        }
        return targets;
    }

    static Optional<FuzzTarget> find(Collection<FuzzTarget> targets, String name) {
        return targets.stream().filter(target -> target.name().equalsIgnoreCase(name)).findFirst();
    }
}
