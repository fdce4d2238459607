/**
 * The vocabulary: matrices as views of memory, masks, and the names of methods, precisions and routes. Every other package
 * speaks it; it uses nothing but checks of arguments.
 */
@NullMarked
package io.github.logalign.matrix;

import org.jspecify.annotations.NullMarked;
