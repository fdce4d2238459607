package io.github.logalign.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenGroupsTest {

    private static List<Long> members(TokenGroups groups, int group) {
        List<Long> members = new ArrayList<>();
        for (long token = groups.nextIn(group, 0); token < groups.tokens(); token = groups.nextIn(group, token)) {
            long end = groups.nextOutside(group, token);
            assertTrue(end > token);
            for (; token < end; token++) {
                members.add(token);
            }
        }
        return members;
    }

    @Test
    void identifiersMakeGroupsWhereverTheirTokensAre() {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            long[] identifiers = random.longs(random.nextInt(30), -3, 4).toArray();
            TokenGroups groups = TokenGroups.of(identifiers);
            long[] distinct = Arrays.stream(identifiers).distinct().sorted().toArray();
            assertEquals(distinct.length, groups.count());
            assertEquals(identifiers.length, groups.tokens());
            for (int group = 0; group < distinct.length; group++) {
                List<Long> expected = new ArrayList<>();
                for (int token = 0; token < identifiers.length; token++) {
                    if (identifiers[token] == distinct[group]) {
                        expected.add((long) token);
                    }
                }
                assertEquals(expected, members(groups, group));
            }
        }
    }

    @Test
    void consecutiveGroupsDifferByOneTokenAtMost() {
        TokenGroups groups = TokenGroups.consecutive(10, 3);
        assertEquals(List.of(0L, 1L, 2L, 3L), members(groups, 0));
        assertEquals(List.of(4L, 5L, 6L), members(groups, 1));
        assertEquals(List.of(7L, 8L, 9L), members(groups, 2));
        assertEquals(2, groups.nextOutside(1, 2));
        assertEquals(10, groups.nextOutside(1, 10));
        assertEquals(0, TokenGroups.consecutive(0, 0).count());
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> TokenGroups.consecutive(3, 4));
        assertThrows(IllegalArgumentException.class, () -> TokenGroups.consecutive(3, 0));
        assertThrows(IllegalArgumentException.class, () -> TokenGroups.consecutive(-1, 0));
        assertTrue(String
                .valueOf(assertThrows(IllegalArgumentException.class, () -> TokenGroups.consecutive(3, 1).nextIn(1, 0))
                        .getMessage())
                .contains("group 1"));
        assertThrows(IllegalArgumentException.class, () -> TokenGroups.of(1, 2).nextOutside(0, -1));
    }
}
