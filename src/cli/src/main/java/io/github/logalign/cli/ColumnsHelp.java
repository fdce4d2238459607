package io.github.logalign.cli;

import io.github.logalign.score.Column;
import java.util.List;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine;

/**
 * {@code --help-columns}: what the columns of JSON and CSV mean. It is an option of its own, since {@code --help} takes no
 * value: in {@code track --help columns} the word is the folder of a run.
 */
final class ColumnsHelp {

    private static final int INDENT = 2;
    private static final int GAP = 2;

    @Option(names = "--help-columns", description = "Show what the columns of JSON and CSV mean, and exit.")
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
        if (!(commandLine.getCommand() instanceof Describer describer) || !describer.columnsHelp().asked) {
            return false;
        }
        commandLine.getOut().print(describer.columnsHelp().text(commandLine.getUsageHelpWidth()));
        commandLine.getOut().flush();
        return true;
    }

    private String text(int width) {
        int longest = columns.stream().mapToInt(column -> column.name().length()).max().orElse(0);
        int first = INDENT + longest + GAP;
        TextTable table = TextTable.forColumns(Help.defaultColorScheme(Help.Ansi.OFF),
                new Help.Column(first, INDENT, Overflow.SPAN),
                new Help.Column(width - first, 0, Overflow.WRAP));
        for (Column<?, ?> column : columns) {
            table.addRowValues(column.name(), kind(column) + ": " + column.description());
        }
        return table.toString();
    }

    /** The type, with the unit if there is one. */
    static String kind(Column<?, ?> column) {
        return column.type().label() + (column.unit().isEmpty() ? "" : ", " + column.unit());
    }
}
