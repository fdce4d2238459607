/** Distributions that error bars and tests need. */
@NullMarked
package io.github.logalign.internal.stats;

import org.jspecify.annotations.NullMarked;
