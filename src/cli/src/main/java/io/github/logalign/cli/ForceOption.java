package io.github.logalign.cli;

import picocli.CommandLine.Option;

/**
 * Lets a command overwrite files that it did not write; its inputs stay protected. {@link Outputs} looks the option up
 * by name.
 */
final class ForceOption {

    static final String NAME = "--force";

    @Option(names = NAME, description = "Overwrite files that this command did not write or cannot continue.")
    boolean force;
}
