package io.github.logalign.experiments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes the tables and the pictures of docs/experiments.md from finished runs; docs/refresh-experiments calls it. */
final class WriteExperiments {

    private WriteExperiments() {}

    /**
     * Writes them.
     *
     * @param arguments the folder of the runs, and the page, beside which the pictures go
     */
    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]), Path.of(arguments[1]));
    }

    static void write(Path runs, Path page) throws IOException {
        Map<Group, List<LabRun>> groups = new EnumMap<>(Group.class);
        for (Group group : Group.values()) {
            groups.put(group, group.read(runs));
        }
        List<Watch> watches = Watch.all();
        Map<Group, List<Outcome>> outcomes = new EnumMap<>(Group.class);
        groups.forEach((group, of) -> outcomes.put(
                group, Outcome.of(group, of, groups.getOrDefault(group.baselines(), List.of()), watches)));
        Map<String, String> parts = new TreeMap<>(new Tables(outcomes, watches).parts());
        parts.put("setting", Files.readString(runs.resolve("setting")).lines().map("    "::concat)
                .collect(Collectors.joining("\n", "\n", "\n\n")));
        Files.writeString(page, MarkedPage.with(Files.readString(page), parts));
        for (Map.Entry<String, String> picture : Pictures.of(outcomes, Watch.single()).entrySet()) {
            Files.writeString(page.resolveSibling(picture.getKey()), picture.getValue());
        }
    }
}
