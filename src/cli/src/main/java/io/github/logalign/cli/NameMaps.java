package io.github.logalign.cli;

import io.github.logalign.score.Glob;
import io.github.logalign.score.NameMap;
import io.github.logalign.score.Selection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What {@code --map} says, and the layers that the checkpoints of a run are scored for. */
final class NameMaps {

    private NameMaps() {}

    static List<NameMap> parse(CommandLine commandLine, List<String> maps) {
        try {
            return maps.stream().map(NameMap::parse).toList();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(commandLine, "--map: " + wrong.getMessage(), wrong);
        }
    }

    /** The selection of the layers of a run. */
    static Selection ofRun(CommandLine commandLine, List<String> maps, List<Glob> layers, StorageOptions storage) {
        Selection selection = new Selection(
                null, null, parse(commandLine, maps), layers, List.of(), storage.transposed());
        return storage.of(selection).withoutNames();
    }
}
