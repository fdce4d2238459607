/** Results as tables for people, JSON and CSV for programs. */
@NullMarked
package io.github.logalign.report;

import org.jspecify.annotations.NullMarked;
