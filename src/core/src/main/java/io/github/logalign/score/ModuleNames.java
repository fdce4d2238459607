package io.github.logalign.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Names of modules in memory that differ from the names of their weights on disk. Hooks see the former. The names are
 * those of Hugging Face's transformers 5.18 ({@code conversion_mapping.py}, by which it renames weights while it loads and
 * saves them, and {@code base_model_prefix} in its models), of PEFT, and of GGUF.
 *
 * <p>A renaming is exact: it applies to whole parts of a name, and the rest stays as it is.
 */
final class ModuleNames {

    /**
     * A layer by other names.
     *
     * @param layers the names on disk; several where the module does the work of several layers
     * @param why how the names differ, for a warning
     */
    record Renaming(List<String> layers, String why) {}

    /**
     * What a module is called.
     *
     * @param inMemory the end of its name in memory
     * @param onDisk the ends of the names on disk; the expressions in parentheses are those of the name in memory
     * @param families the models that are meant
     */
    private record Rule(Pattern inMemory, List<String> onDisk, String families) {

        /** Of templates in which {@code #} is a number, the same on both sides, and {@code @} any part. */
        static Rule of(String families, String inMemory, String... onDisk) {
            String expression = "(?<head>.*\\.)?" + inMemory.replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")
                    .replace("#", "(\\d+)").replace("@", "[^.]+");
            return new Rule(Pattern.compile(expression), List.of(onDisk), families);
        }

        @Nullable
        Renaming rename(String name) {
            Matcher matcher = inMemory.matcher(name);
            return matcher.matches()
                    ? new Renaming(onDisk.stream().map(end -> filled(matcher, end)).toList(), families)
                    : null;
        }

        private static String filled(Matcher matcher, String end) {
            StringBuilder name = new StringBuilder(Objects.requireNonNullElse(matcher.group("head"), ""));
            int group = 2;
            for (int i = 0; i < end.length(); i++) {
                if (end.charAt(i) == '#') {
                    name.append(matcher.group(group++));
                } else {
                    name.append(end.charAt(i));
                }
            }
            return name.toString();
        }
    }

    private static final String TRANSFORMERS = "transformers 5 calls the layer so in memory";

    private static final List<Rule> RULES = rules();

    /** The name that a model gives to the model below its head, where that is more than the name of a family. */
    private static final List<String> GENERAL_BASES = List.of(
            "model", "transformer", "backbone", "language_model", "text_model", "vision_model");

    /** The same of single families. */
    private static final List<String> BASES_OF_FAMILIES = List.of(
            "albert", "audio_spectrogram_transformer", "beit", "bert", "biogpt", "convbert", "deberta", "deit",
            "dinov2",
            "distilbert", "electra", "ernie", "esm", "fnet", "funnel", "gpt_neox", "hubert", "layoutlm", "longformer",
            "mobilebert", "mpnet", "roberta", "roformer", "rwkv", "segformer", "swin", "swinv2", "vit", "vivit",
            "wav2vec2", "wavlm");

    /** Beginnings in memory, and on disk. */
    private static final List<List<String>> BEGINNINGS = List.of(
            List.of("model.language_model.", "language_model.model."), // LLaVA and its kin
            List.of("language_model.", "language_model.model."), // the same without a head
            List.of("model.language_model.", "model."), // Qwen2-VL
            List.of("model.text_model.", "text_model.model."), // Emu3
            List.of("model.vision_tower.", "vision_tower.vision_model."), // CLIP and SigLIP in LLaVA and its kin
            List.of("model.", "backbone.")); // Nemotron-H

    private ModuleNames() {}

    private static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        // ViTModel and those that it stands for
        vision(rules, "ViT and its kin", "layers.#.", "encoder.layer.#.", "attention.");
        vision(rules, "ViT-MAE", "decoder_layers.#.", "decoder_layers.#.", "attention.");
        // Dinov2Model, Dinov2WithRegistersModel
        vision(rules, "DINOv2", "encoder.layer.#.", "encoder.layer.#.", "attention.");
        // swin
        vision(rules, "Swin", "blocks.#.", "blocks.#.", "self.");
        // mixtral, minimax, minimax_m2
        rules.add(Rule.of("Mixtral, MiniMax", "mlp.gate", "block_sparse_moe.gate"));
        // phimoe
        rules.add(Rule.of("PhiMoE", "mlp.router", "block_sparse_moe.gate"));
        experts(rules, "Mixtral, MiniMax, PhiMoE", "mlp.", "block_sparse_moe.", "w1", "w3", "w2");
        // qwen2_moe and those that it stands for
        experts(rules, "Qwen-MoE, DeepSeek and their kin", "mlp.", "mlp.", "gate_proj", "up_proj", "down_proj");
        // lfm2_moe, jamba
        experts(rules, "LFM2-MoE", "feed_forward.", "feed_forward.", "w1", "w3", "w2");
        experts(rules, "Jamba", "feed_forward.", "feed_forward.", "gate_proj", "up_proj", "down_proj");
        rules.add(Rule.of("any with fused experts, whose own inputs are those of gate_up_proj", "experts[#]",
                "experts.gate_up_proj[#]"));
        // nemotron_h
        rules.add(Rule.of("Nemotron-H", "mixer.experts.up_proj[#]", "mixer.experts.#.up_proj"));
        rules.add(Rule.of("Nemotron-H", "mixer.experts.down_proj[#]", "mixer.experts.#.down_proj"));
        // granitemoe
        stacked(rules, "GraniteMoE", "block_sparse_moe.experts.gate_up_proj", "block_sparse_moe.input_linear");
        stacked(rules, "GraniteMoE", "block_sparse_moe.experts.down_proj", "block_sparse_moe.output_linear");
        rules.add(Rule.of("GraniteMoE", "block_sparse_moe.router", "block_sparse_moe.router.layer"));
        // aria_text
        stacked(rules, "Aria", "mlp.experts.gate_up_proj", "mlp.experts.fc1");
        stacked(rules, "Aria", "mlp.experts.down_proj", "mlp.experts.fc2");
        // GPTNeoXForCausalLM
        rules.add(Rule.of("GPT-NeoX", "lm_head", "embed_out"));
        // llava and those that it stands for
        rules.add(Rule.of("LLaVA and its kin", "lm_head", "language_model.lm_head"));
        // DetrModel, ConditionalDetrModel, deformable_detr, rt_detr
        for (String linear : List.of("fc1", "fc2")) {
            rules.add(Rule.of("DETR and its kin", "layers.#.mlp." + linear, "layers.#." + linear));
        }
        for (String attention : List.of("self_attn.", "encoder_attn.")) {
            rules.add(Rule.of("DETR and its kin", attention + "o_proj", attention + "out_proj"));
        }
        rules.replaceAll(rule -> new Rule(rule.inMemory, rule.onDisk, TRANSFORMERS + " (" + rule.families + ")"));
        gguf(rules);
        // PEFT's get_peft_model_state_dict: a module for each adapter, and a file for each
        for (String matrix : List.of("lora_A", "lora_B")) {
            rules.add(Rule.of("PEFT leaves the adapter's name out on disk", matrix + ".@", matrix));
        }
        return List.copyOf(rules);
    }

    /** The layers of a vision transformer: in memory all are named alike, on disk as in its first release. */
    private static void vision(List<Rule> rules, String families, String inMemory, String onDisk, String inner) {
        String attention = onDisk + "attention." + inner;
        rules.add(Rule.of(families, inMemory + "attention.q_proj", attention + "query"));
        rules.add(Rule.of(families, inMemory + "attention.k_proj", attention + "key"));
        rules.add(Rule.of(families, inMemory + "attention.v_proj", attention + "value"));
        rules.add(Rule.of(families, inMemory + "attention.o_proj", onDisk + "attention.output.dense"));
        rules.add(Rule.of(families, inMemory + "mlp.fc1", onDisk + "intermediate.dense"));
        rules.add(Rule.of(families, inMemory + "mlp.fc2", onDisk + "output.dense"));
    }

    /** Decoders named like Llama's, in files of llama.cpp, which have names of their own: gguf-py's tensor_mapping.py. */
    private static void gguf(List<Rule> rules) {
        String why = "GGUF has names of its own";
        for (String letter : List.of("q", "k", "v")) {
            rules.add(Rule.of(why, "model.layers.#.self_attn." + letter + "_proj", "blk.#.attn_" + letter));
        }
        rules.add(Rule.of(why, "model.layers.#.self_attn.o_proj", "blk.#.attn_output"));
        for (String layer : List.of("gate", "up", "down")) {
            rules.add(Rule.of(why, "model.layers.#.mlp." + layer + "_proj", "blk.#.ffn_" + layer));
        }
        rules.add(Rule.of(why, "model.layers.#.mlp.gate", "blk.#.ffn_gate_inp"));
        rules.add(Rule.of(why, "model.layers.#.block_sparse_moe.gate", "blk.#.ffn_gate_inp"));
        rules.add(Rule.of(why, "lm_head", "output"));
    }

    /** Experts that are one tensor in memory and single layers on disk. Gate and up have the same inputs. */
    private static void experts(
            List<Rule> rules, String families, String inMemory, String onDisk, String gate, String up, String down) {
        String expert = onDisk + "experts.#.";
        rules.add(Rule.of(families, inMemory + "experts.gate_up_proj[#]", expert + gate, expert + up));
        rules.add(Rule.of(families, inMemory + "experts[#]", expert + gate, expert + up));
        rules.add(Rule.of(families, inMemory + "experts.down_proj[#]", expert + down));
    }

    /** Experts that are one tensor on either side. */
    private static void stacked(List<Rule> rules, String families, String inMemory, String onDisk) {
        rules.add(Rule.of(families, inMemory, onDisk));
        rules.add(Rule.of(families, inMemory + "[#]", onDisk + "[#]"));
    }

    /**
     * The other names that a layer may have on disk.
     *
     * @param name the name of a module, without wrappers
     * @return the renamings, of which a checkpoint holds one or none; several mean that the name is ambiguous
     */
    static List<Renaming> of(String name) {
        List<Renaming> blocks = RULES.stream().map(rule -> rule.rename(name)).filter(Objects::nonNull).toList();
        List<Renaming> all = new ArrayList<>(blocks);
        all.addAll(beginnings(new Renaming(List.of(name), "")));
        blocks.forEach(block -> all.addAll(beginnings(block)));
        return all;
    }

    private static List<Renaming> beginnings(Renaming renaming) {
        List<Renaming> others = new ArrayList<>();
        Stream.concat(GENERAL_BASES.stream(), BASES_OF_FAMILIES.stream()).map(base -> base + ".").forEach(base -> {
            others.add(begun(renaming, "", base));
            others.add(begun(renaming, base, ""));
        });
        BEGINNINGS.forEach(pair -> others.add(begun(renaming, pair.getFirst(), pair.getLast())));
        others.removeIf(other -> other.layers().isEmpty());
        return others;
    }

    /** With another beginning; without layers if they do not begin so. */
    private static Renaming begun(Renaming renaming, String inMemory, String onDisk) {
        List<String> layers = renaming.layers().stream()
                .filter(layer -> layer.startsWith(inMemory))
                .map(layer -> onDisk + layer.substring(inMemory.length()))
                .toList();
        String differ = "the names begin with " + shown(inMemory) + " there and with " + shown(onDisk) + " here";
        return new Renaming(layers, renaming.why().isEmpty() ? differ : renaming.why() + ", and " + differ);
    }

    private static String shown(String beginning) {
        return beginning.isEmpty() ? "nothing" : LayerNames.quoted(beginning);
    }
}
