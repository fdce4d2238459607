/** Distributions that error bars and tests need, and tests that may be read at any time. This package uses none of ours. */
@NullMarked
package io.github.logalign.internal.stats;

import org.jspecify.annotations.NullMarked;
