package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.join;
import static io.github.logalign.tensor.TestBytes.latin1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The most certain format is chosen, independent of the order of the list. */
class TensorFormatsTest {

    private static final Origin ORIGIN = Origin.of(Path.of("model"));

    private static TensorFormat format(byte[] content) {
        return TensorFormats.of(MemorySegment.ofArray(content), ORIGIN);
    }

    @Test
    void aHeaderWhoseLengthReadsLikeAZipArchiveIsAHeader() {
        // 67,324,752 is a length that a header may have.
        assertInstanceOf(SafetensorsFormat.class, format(latin1("PK\3\4\0\0\0\0{\"a\":")));
        assertInstanceOf(NpzFormat.class, format(latin1("PK\3\4\0\0\0\0\0\0\0\0\0")));
    }

    @Test
    void anArchiveBehindSomethingElseIsAnArchive() {
        byte[] before = new byte[64];
        before[8] = '{';
        before[4] = 1;
        assertInstanceOf(SafetensorsFormat.class, format(before), "a header with a damaged length");
        assertInstanceOf(NpzFormat.class, format(join(before, ZipBytes.archive())));
    }

    @Test
    void anIndexIsJson() {
        assertEquals("safetensors index", format(latin1(" \n{}")).displayName());
    }

    @ParameterizedTest
    @FieldSource("io.github.logalign.tensor.RefusedFormat#ALL")
    void whatIsRefusedIsRefusedOnOpening(RefusedFormat refused) {
        LogalignException refusal = assertThrows(
                LogalignException.class,
                () -> refused.open(MemorySegment.NULL, ORIGIN, ReadOptions.DEFAULT, Arena.global()));
        assertTrue(refusal.getMessage().startsWith("model: it "), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("; "), "it says what to do: " + refusal.getMessage());
    }
}
