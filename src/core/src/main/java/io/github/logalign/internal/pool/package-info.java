/** Objects that are reused. This package uses none of ours. */
@NullMarked
package io.github.logalign.internal.pool;

import org.jspecify.annotations.NullMarked;
