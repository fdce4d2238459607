/** The boundary of the library: which failures leave it, and as what. Not part of the API. */
@NullMarked
package io.github.logalign.internal;

import org.jspecify.annotations.NullMarked;
