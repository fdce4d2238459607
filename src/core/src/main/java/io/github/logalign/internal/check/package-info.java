/** Checks that every other package may use: arguments, and what the JVM reports of memory. This package uses none of ours. */
@NullMarked
package io.github.logalign.internal.check;

import org.jspecify.annotations.NullMarked;
