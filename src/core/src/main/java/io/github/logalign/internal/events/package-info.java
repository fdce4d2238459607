/** Events for the JVM's flight recorder. They cost next to nothing while nobody records. */
@NullMarked
package io.github.logalign.internal.events;

import org.jspecify.annotations.NullMarked;
