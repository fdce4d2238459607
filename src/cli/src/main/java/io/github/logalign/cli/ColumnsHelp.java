package io.github.logalign.cli;

import io.github.logalign.score.Column;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/**
 * {@code --help-columns}: what the columns of JSON and CSV mean. {@code --help columns} says the same; since {@code --help}
 * takes no value, the words are looked for.
 */
final class ColumnsHelp {

    private static final int INDENT = 2;
    private static final int GAP = 2;

    @Option(names = "--help-columns", description = "Show what the columns of JSON and CSV mean, and exit. For all of"
            + " them, and the terms: logalign help columns.")
    private boolean asked;

    private final List<? extends Column<?, ?>> columns;

    /**
     * For a command.
     *
     * @param columns of its files, in their order
     */
    ColumnsHelp(List<? extends Column<?, ?>> columns) {
        this.columns = columns;
    }

    /** A command whose results have columns. */
    interface Describer {

        /** What was asked about them. */
        ColumnsHelp columnsHelp();
    }

    /** Prints the columns if that is asked for, whatever else the command line lacks. */
    static boolean print(ParseResult parsed) {
        CommandLine commandLine = parsed.commandSpec().commandLine();
        if (!(commandLine.getCommand() instanceof Describer describer)) {
            return false;
        }
        if (!describer.columnsHelp().asked && !isInWords(parsed.originalArgs())) {
            return false;
        }
        commandLine.getOut().print(text(describer.columnsHelp().columns, commandLine.getUsageHelpWidth()));
        commandLine.getOut().flush();
        return true;
    }

    private static boolean isInWords(List<String> arguments) {
        int help = arguments.indexOf("--help");
        return help >= 0 && help + 1 < arguments.size() && arguments.get(help + 1).equals(HelpCommand.COLUMNS);
    }

    /** Columns with their types and meanings. */
    static String text(List<? extends Column<?, ?>> columns, int width) {
        return text(columns.stream().map(column -> new Term(column.name(), meaning(column))), width);
    }

    /** Terms with their meanings. */
    static String text(Stream<Term> terms, int width) {
        List<Term> all = terms.toList();
        int longest = all.stream().mapToInt(term -> term.name().length()).max().orElse(0);
        int first = INDENT + longest + GAP;
        TextTable table = TextTable.forColumns(Help.defaultColorScheme(Help.Ansi.OFF),
                new Help.Column(first, INDENT, Overflow.SPAN),
                new Help.Column(width - first, 0, Overflow.WRAP));
        all.forEach(term -> table.addRowValues(term.name(), term.meaning()));
        return table.toString();
    }

    private static String meaning(Column<?, ?> column) {
        return kind(column) + ": " + column.description();
    }

    /** The type, with the unit if there is one. */
    static String kind(Column<?, ?> column) {
        return column.type().label() + (column.unit().isEmpty() ? "" : ", " + column.unit());
    }
}
