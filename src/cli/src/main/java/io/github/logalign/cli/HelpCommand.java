package io.github.logalign.cli;

import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.track.SeriesColumns;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code help}: the help of a command, and what the words and columns of results mean, as in the README. */
@Command(name = "help",
        description = "Show the help of a command, or with \"columns\" what the terms and columns of results"
                + " mean.")
final class HelpCommand implements Callable<Integer> {

    /** The topic that is no command. */
    static final String COLUMNS = "columns";

    @Parameters(arity = "0..*", paramLabel = "COMMAND|columns",
            description = "What to explain (default: all commands).",
            completionCandidates = Topics.class)
    private List<String> topic = new ArrayList<>();

    @Spec
    private @Nullable CommandSpec spec;

    /** What completion proposes. */
    static final class Topics extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        Topics() {
            super(Main.names());
            add(COLUMNS);
        }
    }

    @Override
    public Integer call() {
        CommandLine own = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = own.getOut();
        CommandLine at = Objects.requireNonNull(own.getParent());
        if (topic.equals(List.of(COLUMNS))) {
            out.print(meanings(own.getUsageHelpWidth()));
        } else {
            for (String word : topic) {
                CommandLine below = at.getSubcommands().get(word);
                if (below == null) {
                    throw Usage.unknownCommand(at, word);
                }
                at = below;
            }
            out.print(at.getUsageMessage());
        }
        out.flush();
        return 0;
    }

    /** The columns of the README: those of layers, and below them those that series have beside. */
    static List<Column<?, ?>> columns() {
        List<Column<?, ?>> columns = new ArrayList<>(LayerColumns.ALL);
        Set<String> known = LayerColumns.ALL.stream().map(Column::name).collect(Collectors.toSet());
        SeriesColumns.ALL.stream().filter(column -> !known.contains(column.name())).forEach(columns::add);
        return columns;
    }

    private static String meanings(int width) {
        return "Terms:\n" + ColumnsHelp.text(Term.WORDS.stream(), width)
                + "Alarms of track:\n" + ColumnsHelp.text(Term.ALARMS.stream(), width)
                + "Columns of JSON and CSV (from step on, those of track alone):\n"
                + ColumnsHelp.text(columns(), width);
    }
}
