/** What was measured on which CPU, read from the files that are kept, against the goals. */
@org.jspecify.annotations.NullMarked
package io.github.logalign.bench.results;
