package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Labels are short, different, and keep what tells layers apart; orders and kinds follow the numbers in names. */
class LayerLabelsTest {

    private static List<String> labels(double width, String... names) {
        Map<String, String> labels = LayerLabels.of(List.of(names), width);
        return Stream.of(names).map(labels::get).toList();
    }

    @Test
    void thePartThatDiffersIsKept() {
        assertEquals(List.of("lm_head", "…2.mlp.do…", "…10.mlp.d…"),
                labels(8, "lm_head", "model.layers.2.mlp.down_proj", "model.layers.10.mlp.down_proj"));
        assertEquals(List.of("a", "b"), labels(8, "a", "b"));
        assertEquals(List.of("…q_proj", "…k_proj"),
                labels(6, "model.layers.2.self_attn.q_proj", "model.layers.2.self_attn.k_proj"));
    }

    @Test
    void labelsDifferAndFitWhateverTheNames() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            int letters = 1 + random.nextInt(4);
            List<String> names = IntStream.range(0, 1 + random.nextInt(20))
                    .mapToObj(i -> random.ints(1 + random.nextInt(60), 0, letters + 1)
                            .mapToObj(
                                    letter -> letter == letters ? "." : Character.toString("ab1\u4e00".charAt(letter)))
                            .reduce("", String::concat))
                    .distinct()
                    .toList();
            Map<String, String> labels = LayerLabels.of(names, 9);
            assertEquals(names.size(), Set.copyOf(labels.values()).size(), () -> names + " " + labels);
            labels.values().forEach(label -> assertTrue(TextWidth.of(label) <= 9.5, label));
        }
    }

    @Test
    void numbersAreCompared() {
        List<String> sorted = List.of("a", "layers.2", "layers.02x", "layers.10", "layers.10.b",
                "layers.99999999999999999999");
        assertEquals(sorted, sorted.reversed().stream().sorted(NaturalOrder.INSTANCE).toList());
    }

    @Test
    void kindsHaveTheirLayersByNumber() {
        List<LayerKind> kinds = LayerKind
                .of(List.of("lm_head", "h.10.fc1", "h.2.fc1", "h.2.fc2", "e.3.x.7.w", "e.3.x.11.w"));
        assertEquals(List.of("lm_head", "h.*.fc1", "h.*.fc2", "e.*.x.*.w"),
                kinds.stream().map(LayerKind::pattern).toList());
        assertEquals(List.of("h.2.fc1", "h.10.fc1"), kinds.get(1).layers());
        assertEquals(List.of("e.3.x.7.w", "e.3.x.11.w"), kinds.get(3).layers());
        assertEquals("3.11", LayerKind.numbers("e.3.x.11.w"));
        assertEquals(10, LayerKind.depth("h.10.fc1"));
    }
}
