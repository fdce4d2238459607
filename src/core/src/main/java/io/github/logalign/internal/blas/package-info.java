/**
 * OpenBLAS, or another LAPACK with 32-bit integers, through the Foreign Function &amp; Memory API: finding it, loading it,
 * the routines bound by hand, and what their INFO means. The only package that touches the linker.
 */
@NullMarked
package io.github.logalign.internal.blas;

import org.jspecify.annotations.NullMarked;
