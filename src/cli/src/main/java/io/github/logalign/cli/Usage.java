package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;
import picocli.CommandLine;

/**
 * Reports wrong usage. All errors of a command line are collected before the most helpful one is reported: a misspelt
 * option explains more than the missing option that results from it.
 */
final class Usage {

    private static final char REPLACEMENT = '\uFFFD';

    private final Supplier<Collection<CommandLine>> allCommands;

    /**
     * Creates the reporter for a command line.
     *
     * @param allCommands supplies all commands, to find those that have an option which the present command lacks
     */
    Usage(Supplier<Collection<CommandLine>> allCommands) {
        this.allCommands = allCommands;
    }

    /** Makes the parser collect errors instead of throwing the first one. */
    static void collectErrors(CommandLine commandLine) {
        commandLine.getCommandSpec().parser().collectErrors(true);
        commandLine.getSubcommands().values().forEach(Usage::collectErrors);
    }

    /** Runs the command or its help, unless there are errors. */
    int execute(ParseResult parsed) {
        List<Exception> errors = new ArrayList<>();
        ParseResult last = parsed;
        for (ParseResult at = parsed; at != null; at = at.subcommand()) {
            errors.addAll(at.errors());
            last = at;
        }
        if (ColumnsHelp.print(last)) {
            return 0;
        }
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        CommandLine commandLine = last.commandSpec().commandLine();
        if (!errors.isEmpty()) {
            throw mostHelpful(commandLine, errors);
        }
        requireDecoded(commandLine, parsed.originalArgs());
        Outputs.of(commandLine).check();
        return new RunLast().execute(parsed);
    }

    private ParameterException mostHelpful(CommandLine commandLine, List<Exception> errors) {
        for (Exception error : errors) {
            if (error instanceof UnmatchedArgumentException unmatched) {
                String word = unmatched.getUnmatched().getFirst();
                CommandLine command = unmatched.getCommandLine();
                if (word.startsWith("-")) {
                    return new ParameterException(command, unknownOption(command, word), error);
                }
                if (!command.getSubcommands().isEmpty()) {
                    return unknownCommand(command, word);
                }
            }
        }
        Exception first = errors.getFirst();
        return first instanceof ParameterException known
                ? known
                : new ParameterException(commandLine, String.valueOf(first.getMessage()), first);
    }

    private String unknownOption(CommandLine command, String word) {
        String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
        String unknown = "unknown option '" + name + "'";
        Set<String> others = new LinkedHashSet<>();
        for (CommandLine other : allCommands.get()) {
            if (other.getCommandSpec().optionsMap().containsKey(name)) {
                others.add(other.getCommandName());
            }
        }
        if (!others.isEmpty()) {
            return unknown + ": it belongs to " + Names.listed(List.copyOf(others), "and");
        }
        return Suggestions.nearest(name, command.getCommandSpec().optionsMap().keySet())
                .map(nearest -> unknown + ": did you mean " + nearest + "?")
                .orElse(unknown);
    }

    /** The mistake of a word that is no command below another. */
    static ParameterException unknownCommand(CommandLine command, String word) {
        return new ParameterException(command, "unknown command '" + word + "'"
                + Suggestions.nearest(word, command.getSubcommands().keySet())
                        .map(nearest -> ": did you mean " + nearest + "?")
                        .orElse("; the commands are " + String.join(", ", command.getSubcommands().keySet())));
    }

    /**
     * Refuses arguments that are invalid in the locale's encoding. Their bytes are lost, so an input of that name could
     * not be opened and an output would get another name.
     */
    private static void requireDecoded(CommandLine commandLine, List<String> arguments) {
        for (String argument : arguments) {
            if (argument.indexOf(REPLACEMENT) >= 0 && !exists(argument)) {
                throw new ParameterException(commandLine,
                        "the argument '" + argument + "' is not valid in this locale's"
                                + " encoding, " + System.getProperty("sun.jnu.encoding")
                                + "; rename the file, or create a link to it with another name");
            }
        }
    }

    private static boolean exists(String argument) {
        try {
            return Files.exists(Path.of(argument));
        } catch (InvalidPathException notAPath) {
            return false;
        }
    }
}
