package io.github.logalign.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code generate-completion}: a script that completes commands, options, their values, and names of files, in bash and in
 * zsh. picocli writes most of it. What it lacks is added by a function around its own: {@code --option=value} in one word,
 * and files in arguments that hold more than the name of a file, such as those of {@code --mask}.
 */
@Command(name = "generate-completion",
        description = "Print a script that completes commands, options, values and files in"
                + " bash and zsh.")
final class CompletionCommand implements Runnable {

    private static final Pattern FILES = Pattern.compile("FILE|RUN|SERIES");

    private static final String AROUND = """

            # Completes --option=value as well, which bash gives as three words and zsh as one, and files in arguments that
            # hold more than the name of a file.
            function _complete_logalign_words() {
              local word=${COMP_WORDS[COMP_CWORD]} before="" i
              local -a words
              words=("${COMP_WORDS[@]:0:COMP_CWORD}")
              if [[ "$word" == --*=* ]]; then
                before="${word%%=*}="
                words+=("${word%%=*}")
                word=${word#*=}
              elif [[ "$word" == "=" ]]; then
                word=""
              elif [[ "${words[COMP_CWORD-1]}" == "=" && "${words[COMP_CWORD-2]}" == --* ]]; then
                words=("${words[@]:0:COMP_CWORD-1}")
              fi
              COMP_WORDS=("${words[@]}" "$word")
              COMP_CWORD=${#words[@]}
              COMPREPLY=()
              _complete_logalign 2>/dev/null
              if [[ ${#COMPREPLY[@]} -eq 0 && "$word" != -* ]]; then
                case "${COMP_WORDS[COMP_CWORD-1]} ${COMP_WORDS[1]}" in
                  @FILES@)
                    local IFS=$'\\n'
                    type compopt &>/dev/null && compopt -o filenames 2>/dev/null
                    COMPREPLY=( $( compgen -f -- "$word" ) )
                    ;;
                esac
              fi
              for (( i=0; i<${#COMPREPLY[@]}; i++ )); do
                COMPREPLY[i]=$before${COMPREPLY[i]}
              done
            }

            complete -F _complete_logalign_words -o default logalign
            """;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandSpec root = Objects.requireNonNull(spec).root();
        PrintWriter out = spec.commandLine().getOut();
        String name = root.name();
        String script = AutoComplete.bash(name, root.commandLine());
        out.print(script.substring(0, script.lastIndexOf("\ncomplete -F ") + 1));
        out.print(AROUND.replace("@FILES@", places(root.commandLine())));
        out.flush();
    }

    /** The words before the cursor, and the commands, where names of files stand that picocli does not know of. */
    private static String places(CommandLine root) {
        TreeSet<String> places = new TreeSet<>();
        for (CommandLine command : root.getSubcommands().values()) {
            CommandSpec each = command.getCommandSpec();
            each.options().stream().filter(CompletionCommand::holdsFile)
                    .flatMap(option -> Stream.of(option.names())).forEach(option -> places.add("\"" + option + " \"*"));
            if (each.positionalParameters().stream().anyMatch(CompletionCommand::holdsFile)) {
                places.add("*\" " + each.name() + "\"");
            }
        }
        return places.stream().collect(Collectors.joining(" | "));
    }

    private static boolean holdsFile(ArgSpec argument) {
        boolean isPath = List.of(argument.typeInfo().getType(), argument.auxiliaryTypes()[0]).contains(Path.class);
        return !isPath && FILES.matcher(argument.paramLabel()).find();
    }
}
