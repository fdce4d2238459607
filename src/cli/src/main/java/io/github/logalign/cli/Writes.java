package io.github.logalign.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an option that names a file or folder which the command writes: {@link Outputs} checks it before any work. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface Writes {

    /** What the command writes there, and so what it may write over. */
    OwnFile value();

    /** Whether - means standard output. */
    boolean orStandardOutput() default false;

    /** The names of the files, if the option names the folder that they come to lie in. */
    String[] files() default {};
}
