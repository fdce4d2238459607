package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine;

/** Shows the values of enum options in lower case: on the command line, in messages, in the help and in completion. */
final class LowerCaseEnums {

    private LowerCaseEnums() {}

    /** Changes every option with an enum type, in the order of declaration. */
    static void apply(CommandLine commandLine) {
        commandLine.getSubcommands().values().forEach(LowerCaseEnums::apply);
        CommandSpec spec = commandLine.getCommandSpec();
        if (!spec.subcommands().isEmpty()) {
            return;
        }
        // Later options are removed and added again to preserve the order in the help.
        List<OptionSpec> options = List.copyOf(spec.options());
        options.forEach(spec::remove);
        options.forEach(option -> spec.addOption(option.type().isEnum() ? lowerCase(option) : option));
    }

    private static OptionSpec lowerCase(OptionSpec option) {
        List<String> values = values(option);
        return option.toBuilder()
                .completionCandidates(values)
                .converters(text -> constant(option.type(), values, text))
                .build();
    }

    /** The values in the option's label, since not every command accepts all of them. */
    static List<String> values(ArgSpec option) {
        if (option.paramLabel().contains("|")) {
            return List.of(option.paramLabel().split("\\|", -1));
        }
        List<String> values = new ArrayList<>();
        for (Object constant : option.type().getEnumConstants()) {
            values.add(text(constant));
        }
        return values;
    }

    private static Object constant(Class<?> type, List<String> values, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (text(constant).equals(text.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new TypeConversionException("'" + text + "' is not one of " + Names.listed(values, "and"));
    }

    private static String text(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
