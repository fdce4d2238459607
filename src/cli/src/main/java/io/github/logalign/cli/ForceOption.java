package io.github.logalign.cli;

import picocli.CommandLine.Option;

/** Lets a command write over what it did not write; its inputs stay safe. {@link Outputs} asks for it by its name. */
final class ForceOption {

    static final String NAME = "--force";

    @Option(names = NAME, description = "Write over files that this command did not write, or cannot go on with.")
    boolean force;
}
