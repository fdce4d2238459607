/** The command line: options, files, exit codes. No arithmetic. */
@NullMarked
package io.github.logalign.cli;

import org.jspecify.annotations.NullMarked;
