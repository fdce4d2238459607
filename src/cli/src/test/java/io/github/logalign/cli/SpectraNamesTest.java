package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpectraNamesTest {

    @Test
    void ordinaryNamesAreKept() {
        SpectraNames names = new SpectraNames();
        for (String layer : List.of("lm_head", "model.layers.0.mlp", "experts[1]", "A")) {
            assertEquals(layer, names.next(layer, layer));
        }
    }

    @Test
    void equalNamesAreDistinguishedInTheOrderOfThePlan() {
        List<String> layers = List.of("a/b", "a_b", "A_B", "a b", "con", "..", "", "-x", "x".repeat(500),
                "\uD834\uDD1E",
                "a_b");
        SpectraNames names = new SpectraNames();
        List<String> given = layers.stream().map(layer -> names.next(layer, layer)).toList();
        SpectraNames again = new SpectraNames();
        assertEquals(given, layers.stream().map(layer -> again.next(layer, layer)).toList());
        Set<String> different = new HashSet<>();
        for (String name : given) {
            assertTrue(different.add(name.toLowerCase(Locale.ROOT)), name);
            assertTrue(name.matches("[A-Za-z0-9_\\[][A-Za-z0-9._\\[\\]-]{0,150}"), name);
        }
        assertEquals("a_b", given.get(1), "the first layer gets the plain name");
    }
}
