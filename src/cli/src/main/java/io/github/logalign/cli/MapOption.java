package io.github.logalign.cli;

import io.github.logalign.score.NameMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that pairs weights with activations of other names. */
final class MapOption {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--map", paramLabel = "WEIGHT=ACTIVATION",
            description = "Pair weights with activations of other names. The text matched by the wildcards * and ? "
                    + "on the left side replaces those on the right side. Several weights may have the same "
                    + "activations. Repeatable.")
    private List<String> maps = new ArrayList<>();

    boolean isGiven() {
        return !maps.isEmpty();
    }

    /** What rows depend on. */
    String described() {
        return String.join(" ", maps);
    }

    List<NameMap> maps() {
        try {
            return maps.stream().map(NameMap::parse).toList();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "--map: " + wrong.getMessage(), wrong);
        }
    }
}
