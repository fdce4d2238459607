package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps from names of weights to names of activations. */
class NameMapTest {

    @ParameterizedTest
    @CsvSource({
        "a.weight=x, a.weight, x",
        "layers.*.q_proj.weight=layers.*.attn_in, layers.17.q_proj.weight, layers.17.attn_in",
        "*.?_proj.weight=?*, 3.q_proj.weight, 3q",
        "experts.weight[*]=tokens.*, experts.weight[12], tokens.12",
        "*.weight=all, a.b.weight, all",
        "*=x*, 'a.weight', xa.weight",
    })
    void wildcardsOfTheLeftSideFillThoseOfTheRight(String map, String weight, String activation) {
        assertEquals(Optional.of(activation), NameMap.parse(map).activationFor(weight));
        assertEquals(map, NameMap.parse(map).toString());
    }

    @ParameterizedTest
    @CsvSource({"a.weight=x, a.weights", "a.*=x, b.a.weight", "?=x, ab", "A=x, a"})
    void otherNamesDoNotMatch(String map, String weight) {
        assertEquals(Optional.empty(), NameMap.parse(map).activationFor(weight));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "", "a=b=c", "a=*", "*=**", "a.*=*?", "=="})
    void invalidMapsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> NameMap.parse(text));
    }

    @Test
    void emptyNamesAreAllowed() {
        assertEquals(Optional.of("x"), NameMap.parse("=x").activationFor(""));
        assertEquals(Optional.of(""), NameMap.parse("a=").activationFor("a"));
    }
}
