/** Probes: the LAR of layers under live traffic, from a sample of the tokens. Built on the sums of the facade. */
@NullMarked
package io.github.logalign.probe;

import org.jspecify.annotations.NullMarked;
