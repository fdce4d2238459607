package io.github.logalign.cli;

import io.github.logalign.Environment;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** The command. Exit code 0: success; 1: something could not be computed; 2: wrong usage. */
@Command(
        name = "logalign",
        description = "The log-alignment ratio (LAR) of neural-network layers.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        usageHelpAutoWidth = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    /** The commands by name, in the order of the help. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    @Option(names = "--stacktrace", scope = ScopeType.INHERIT,
            description = "Print the stack trace of a failure.")
    private boolean stacktrace;

    @Spec
    private @Nullable CommandSpec spec;

    /** The version of the library. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[]{"logalign " + Environment.libraryVersion()};
        }
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }

    /**
     * Runs the command and exits.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.setErr(err);
        System.exit(run(args, new FileOutputStream(FileDescriptor.out), err));
    }

    /** Runs the command and returns its exit code. */
    static int run(String[] args, OutputStream out, PrintStream err) {
        return new Main().execute(args, new StandardOutput(out), err);
    }

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("score", ScoreCommand.class);
        commands.put("spectrum", SpectrumCommand.class);
        commands.put("track", TrackCommand.class);
        commands.put("compare", CompareCommand.class);
        commands.put("manifest", ManifestCommand.class);
        commands.put("export", ExportCommand.class);
        commands.put("inspect", InspectCommand.class);
        commands.put("sample", SampleCommand.class);
        commands.put("lab", LabCommand.class);
        commands.put("demo", DemoCommand.class);
        commands.put("doctor", DoctorCommand.class);
        return commands;
    }

    /**
     * The command line with only the command that the first argument names, since setting up the options of the others
     * takes longer than a small computation. If the first argument names no command, all commands are set up.
     */
    static CommandLine commandLine(Main main, String[] args) {
        CommandLine commandLine = new CommandLine(main);
        Class<?> named = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (named != null) {
            commandLine.addSubcommand(named);
        } else {
            COMMANDS.values().forEach(commandLine::addSubcommand);
            // These need all others.
            commandLine.addSubcommand(HelpCommand.class).addSubcommand(CompletionCommand.class);
        }
        LowerCaseEnums.apply(commandLine);
        NumberOptions.apply(commandLine);
        Examples.apply(commandLine);
        return commandLine;
    }

    /** The names of the commands that do something, in the order of the help. */
    static Set<String> names() {
        return COMMANDS.keySet();
    }

    static List<CommandLine> allCommands() {
        return COMMANDS.values().stream().map(CommandLine::new).toList();
    }

    private int execute(String[] args, StandardOutput out, PrintStream err) {
        CommandLine commandLine = commandLine(this, args)
                .setExpandAtFiles(false)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((wrong, arguments) -> {
                    err.println("logalign: " + Failures.oneLine(String.valueOf(wrong.getMessage())) + "; see "
                            + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
                    return WRONG_USAGE;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, err))
                .setExecutionStrategy(new Usage(Main::allCommands)::execute);
        Usage.collectErrors(commandLine);
        int code;
        try {
            code = commandLine.execute(args);
            out.finish();
        } catch (IOException | Error failure) {
            return report(failure, err);
        }
        return code;
    }

    private int report(Throwable failure, PrintStream err) {
        if (stacktrace) {
            failure.printStackTrace(err);
        } else {
            err.println("logalign: " + Failures.line(failure));
        }
        return FAILED;
    }
}
