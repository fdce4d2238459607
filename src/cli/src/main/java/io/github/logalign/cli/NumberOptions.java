package io.github.logalign.cli;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the values of numeric options, with error messages that do not mention Java types. */
final class NumberOptions {

    private NumberOptions() {}

    /** Sets the converters of all numeric options. */
    static void apply(CommandLine commandLine) {
        ITypeConverter<Integer> integers = text -> whole(text, Integer::valueOf);
        ITypeConverter<Long> longs = text -> whole(text, Long::valueOf);
        ITypeConverter<Double> doubles = text -> number(text, Double::valueOf, "is not a number");
        commandLine.registerConverter(int.class, integers)
                .registerConverter(Integer.class, integers)
                .registerConverter(long.class, longs)
                .registerConverter(Long.class, longs)
                .registerConverter(double.class, doubles)
                .registerConverter(Double.class, doubles);
    }

    private static <T> T whole(String text, Function<String, T> parse) {
        boolean digits = text.matches("[+-]?[0-9]+");
        String outside = text.startsWith("-") ? "is too small" : "is too large";
        return number(text, parse, digits ? outside : "is not a whole number");
    }

    private static <T> T number(String text, Function<String, T> parse, String problem) {
        try {
            return parse.apply(text);
        } catch (NumberFormatException wrong) {
            throw new TypeConversionException("'" + text + "' " + problem);
        }
    }
}
