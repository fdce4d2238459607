/**
 * The loops over numbers, each with a scalar twin; the only package that imports the Vector API. It sees segments,
 * numbers and an element type of its own, and checks nothing that its callers have checked.
 *
 * <p>Where a kernel in F32 is its twin in F64 with other types, there is one source: the build makes {@code F32Name} from
 * {@code F64Name}, see {@code src/build/KernelTwins.java}.
 */
@NullMarked
package io.github.logalign.internal.simd;

import org.jspecify.annotations.NullMarked;
