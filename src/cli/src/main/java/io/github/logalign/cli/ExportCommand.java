package io.github.logalign.cli;

import io.github.logalign.journal.JournalRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** {@code export}: writes the rows of journals, finished or not, to a file. */
@Command(name = "export", description = {
    "Write the rows that a batch has so far to a file, in the order of the manifest.",
    "Journals of several shards of one batch are joined."
})
final class ExportCommand implements Callable<Integer> {

    @Reads
    @Parameters(paramLabel = "JOURNAL", arity = "1..*", description = "Journals that score --manifest wrote.")
    private List<Path> journals = new ArrayList<>();

    @Writes(OwnFile.ROWS)
    @Option(names = "--out", paramLabel = "FILE", required = true,
            description = "A name that ends in .parquet, .jsonl or .csv.")
    private Path out = Path.of("");

    @Mixin
    final ForceOption force = new ForceOption();

    @Option(names = "--quiet", description = "No notes on standard error.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
        RowsFile file = RowsFile.of(commandLine, out);
        try (JournalRows rows = new JournalRows(journals)) {
            Outputs.of(commandLine).reads("a file that rows are of", rows.inputs().stream().map(Path::of).toList())
                    .check();
            file.write(rows);
            if (rows.missingJobs() > 0 && !quiet) {
                commandLine.getErr().println("logalign: note: " + rows.missingJobs() + " jobs have no row yet");
            }
        }
        return 0;
    }
}
