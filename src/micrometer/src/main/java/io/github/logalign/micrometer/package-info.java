/** Probes as meters of Micrometer. */
@NullMarked
package io.github.logalign.micrometer;

import org.jspecify.annotations.NullMarked;
