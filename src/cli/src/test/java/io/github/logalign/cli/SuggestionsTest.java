package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {

    private static final List<String> OPTIONS = List.of("--weights", "--activations", "--activation", "--out", "--map");

    @ParameterizedTest
    @CsvSource({"--wieghts,--weights", "--weight,--weights", "--WEIGHTS,--weights", "--ouput,--out", "-out,--out",
        "--activatoin,--activation", "--mask,--map"})
    void theNearestWordIsSuggested(String word, String meant) {
        assertEquals(Optional.of(meant), Suggestions.nearest(word, OPTIONS));
    }

    @Test
    void distantWordsAreNotSuggested() {
        assertEquals(Optional.empty(), Suggestions.nearest("--report", OPTIONS));
        assertEquals(Optional.empty(), Suggestions.nearest("-x", OPTIONS));
        assertEquals(Optional.empty(), Suggestions.nearest("", OPTIONS));
    }

    @ParameterizedTest
    @CsvSource({"ab,ba,1", "abc,abc,0", "'',abc,3", "abcd,acbd,1", "kitten,sitting,3", "ca,abc,3"})
    void distances(String a, String b, int distance) {
        assertEquals(distance, Suggestions.distance(a, b));
        assertEquals(distance, Suggestions.distance(b, a));
    }
}
