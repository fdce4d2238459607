/**
 * The loops over numbers, each with a scalar twin; the only package that imports the Vector API. It sees segments,
 * numbers and an element type of its own, and checks nothing that its callers have checked.
 */
@NullMarked
package io.github.logalign.internal.simd;

import org.jspecify.annotations.NullMarked;
