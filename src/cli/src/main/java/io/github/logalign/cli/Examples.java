package io.github.logalign.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The examples below the help of each command. */
final class Examples {

    /** Lines to type, by the command; none is longer than a line of the help. */
    private static final Map<String, List<String>> LINES = Map.ofEntries(
            Map.entry("logalign", List.of(
                    "logalign score model.safetensors activations.safetensors",
                    "logalign track run --report report.html")),
            Map.entry("score", List.of(
                    "logalign score model.safetensors activations.safetensors",
                    "logalign score checkpoint-2000 --map '*.q_proj.weight=*.attn_in'",
                    "logalign score model.safetensors activations.safetensors --out scores.json")),
            Map.entry("spectrum", List.of(
                    "logalign spectrum --weights model.safetensors --method gram")),
            Map.entry("track", List.of(
                    "logalign track run --metrics run/metrics.csv --report report.html",
                    "logalign track run --baseline healthy --out series.json",
                    "logalign track run --follow --out series.json")),
            Map.entry("compare", List.of(
                    "logalign compare run@100 run@200",
                    "logalign compare healthy run")),
            Map.entry("manifest", List.of(
                    "logalign manifest run healthy --out jobs.jsonl")),
            Map.entry("export", List.of(
                    "logalign export rows.csv.journal --out so-far.csv")),
            Map.entry("inspect", List.of(
                    "logalign inspect model.safetensors --activations activations.safetensors")),
            Map.entry("sample", List.of(
                    "logalign sample .")),
            Map.entry("lab", List.of(
                    "logalign lab grokking --out run")),
            Map.entry("grokking", List.of(
                    "logalign lab grokking --out run --seed 2")),
            Map.entry("repetition", List.of(
                    "logalign lab repetition --epochs 30 --out thirty")),
            Map.entry("demo", List.of(
                    "logalign demo --out demo")),
            Map.entry("doctor", List.of(
                    "logalign doctor")),
            Map.entry("help", List.of(
                    "logalign help columns",
                    "logalign help lab grokking")),
            Map.entry("generate-completion", List.of(
                    "source <(logalign generate-completion)")));

    private Examples() {}

    /** Adds its examples to a command, and to those below it. */
    static void apply(CommandLine commandLine) {
        UsageMessageSpec usage = commandLine.getCommandSpec().usageMessage();
        usage.footerHeading("%nExamples:%n");
        usage.footer(of(commandLine.getCommandName()).stream().map(line -> "  " + line).toArray(String[]::new));
        commandLine.getSubcommands().values().forEach(Examples::apply);
    }

    static List<String> of(String command) {
        return LINES.getOrDefault(command, List.of());
    }
}
