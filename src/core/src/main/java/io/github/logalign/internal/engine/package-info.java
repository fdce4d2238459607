/**
 * The computations behind the API: factorisations of W, blocks of rows and tokens that are read and scaled, products by
 * kernels or by BLAS, and sums that can be merged. Not part of the API.
 */
@NullMarked
package io.github.logalign.internal.engine;

import org.jspecify.annotations.NullMarked;
