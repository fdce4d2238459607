package io.github.logalign.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an option for a file or folder that the command writes, which {@link Outputs} checks before any work. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface Writes {

    /** The kind of file that the command writes, and may therefore overwrite. */
    OwnFile value();

    /** Whether - denotes standard output. */
    boolean orStandardOutput() default false;

    /** The names of the files, if the option names the folder to write them to. */
    String[] files() default {};
}
