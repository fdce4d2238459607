package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

    /** A character outside the basic multilingual plane: a surrogate pair in a Java string. */
    private static final String CLEF = "\uD834\uDD1E";

    @ParameterizedTest
    @CsvSource({
        "'',''", "*,''", "*,abc", "**,abc", "abc,abc", "a*,a", "a*,abc", "*c,abc", "a*c,abc", "a?c,abc", "???,abc",
        "*b*,abc", "a**c,ac", "layers.*.q,layers.10.q", "[x],[x]", "a.c,a.c", "*?,a", "?*?,ab", "*aab,aaaab", "*,*"
    })
    void matches(String glob, String name) {
        assertTrue(Glob.of(glob).matches(name));
    }

    @ParameterizedTest
    @CsvSource({
        "'',a", "?,''", "a,''", "a,A", "abc,ab", "ab,abc", "a*c,abd", "a.c,abc", "[x],x", "?,ab", "??,a", "*?*?,a",
        "a*b*c,acb", "*x,xa", "x*,ax", "\\*,a"
    })
    void doesNotMatch(String glob, String name) {
        assertFalse(Glob.of(glob).matches(name));
        assertEquals(Optional.empty(), Glob.of(glob).captures(name));
    }

    @Test
    void aLineBreakIsACharacter() {
        assertTrue(Glob.of("a?b*").matches("a\nb\r\n"));
    }

    @Test
    void aSurrogatePairIsOneCharacter() {
        assertTrue(Glob.of("?").matches(CLEF));
        assertTrue(Glob.of(CLEF).matches(CLEF));
        assertTrue(Glob.of("a" + CLEF + "*").matches("a" + CLEF + "b"));
        assertFalse(Glob.of("??").matches(CLEF));
        assertEquals(Optional.of(List.of(CLEF, "x")), Glob.of("?*").captures(CLEF + "x"));
        assertEquals(CLEF + ".x", Glob.of(CLEF + ".*").fill(List.of("x")));
        assertTrue(Glob.of("?").matches("\uD834"), "an unpaired surrogate, which a file may hold, is one too");
    }

    @Test
    void earlierWildcardsAreGreedy() {
        assertEquals(Optional.of(List.of("a.b", "c")), Glob.of("*.*").captures("a.b.c"));
        assertEquals(Optional.of(List.of("abc", "")), Glob.of("**").captures("abc"));
        assertEquals(Optional.of(List.of("1", "q")), Glob.of("layers.*.?_proj").captures("layers.1.q_proj"));
    }

    /** There are millions of ways to place the stars: a backtracking matcher would not return. */
    @ParameterizedTest
    @ValueSource(strings = {"*", "*a", "a*", "*aa*", "?*"})
    void manyStarsDoNotCauseBacktracking(String part) {
        String name = "a".repeat(3000);
        assertFalse(Glob.of(part.repeat(40) + "x").matches(name));
        assertFalse(Glob.of("x" + part.repeat(40)).matches(name));
        assertTrue(Glob.of(part.repeat(40)).matches(name));
    }

    /** Matches and captures agree with the JVM's regular expressions for small patterns and names. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithRegularExpressions(long seed) {
        Random random = new Random(seed);
        int fitting = 0;
        for (int i = 0; i < 20_000; i++) {
            String glob = text(random, "ab*?", 6);
            String name = text(random, "ab", 8);
            Matcher matcher = Pattern
                    .compile(glob.replace("*", "(.*)").replace("?", "(.)"), Pattern.DOTALL)
                    .matcher(name);
            Optional<List<String>> expected = Optional.empty();
            if (matcher.matches()) {
                List<String> groups = new ArrayList<>();
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    groups.add(matcher.group(group));
                }
                expected = Optional.of(groups);
                fitting++;
            }
            assertEquals(expected, Glob.of(glob).captures(name), () -> glob + " and " + name);
            assertEquals(expected.isPresent(), Glob.of(glob).matches(name));
        }
        assertTrue(fitting > 1000, "too few names match for a meaningful comparison");
    }

    private static String text(Random random, String alphabet, int longest) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(longest + 1); text.length() < length;) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
