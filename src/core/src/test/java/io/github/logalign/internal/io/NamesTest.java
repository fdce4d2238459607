package io.github.logalign.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @Test
    void ordinaryNamesStayAsTheyAre() {
        for (String name : new String[]{"lm_head.weight", "", "a b", "Gewichte\u00e4\u00df", "\u6a21\u578b",
            "\ud83d\ude00", "C:\\x"}) {
            assertEquals(name, Names.printable(name));
        }
    }

    @Test
    void whatCouldActOnATerminalIsEscaped() {
        assertEquals("\\u0000\\u001B[2J\\u007F\\u009B", Names.printable("\0\u001b[2J\u007f\u009b"));
        assertEquals("\\u202Eabc\\u2066\\u200F\\u2028\\u2029", Names.printable("\u202eabc\u2066\u200f\u2028\u2029"));
        assertEquals("\\uD83D", Names.printable("\ud83d"));
        assertEquals("\\uDE00x", Names.printable("\ude00x"));
        assertEquals("\\uE000\\u0378\\uFFFF", Names.printable("\ue000\u0378\uffff"));
        assertEquals("\\uDB40\\uDC41", Names.printable("\udb40\udc41"));
    }

    @Test
    void longNamesAreCutAndSayHowLongTheyAre() {
        assertEquals("n".repeat(200), Names.printable("n".repeat(200)));
        assertEquals("n".repeat(200) + "... (201 characters)", Names.printable("n".repeat(201)));
        String pairAtTheCut = "n".repeat(199) + "\ud83d\ude00" + "n";
        assertEquals("n".repeat(199) + "\ud83d\ude00... (202 characters)", Names.printable(pairAtTheCut));
    }

    @Test
    void pathsKeepTheirEnd() {
        Path path = Path.of("folder".repeat(40), "a\tb");
        assertEquals("folder".repeat(40) + path.getFileSystem().getSeparator() + "a\\u0009b", Names.printable(path));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void anythingBecomesOnePrintableLine(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 2000; run++) {
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(300); length > 0; length--) {
                name.append((char) random.nextInt(1 << 16));
            }
            String printable = Names.printable(name.toString());
            assertTrue(printable.matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}]*"), printable);
            assertTrue(printable.length() < 1300);
        }
    }
}
