package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.tensor.Pickled.Entries;
import io.github.logalign.tensor.Pickled.Items;
import io.github.logalign.tensor.Pickled.Text;
import io.github.logalign.tensor.Pickled.View;
import io.github.logalign.tensor.Pickled.Whole;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a file of torch.save: finds the dictionary of weights in it, and names its tensors as that does. Trainers save the
 * weights beside the optimiser's state and much else, which is left out.
 *
 * <p>Source: PyTorch's torch/serialization.py.
 */
final class TorchReader {

    /** The pickle's name, in the archive's one folder. */
    private static final String PICKLE = "data.pkl";

    /** Under which names trainers save the weights, the most telling first. */
    private static final List<String> WEIGHTS = List.of(
            "state_dict", "model_state_dict", "model", "module", "network", "net", "weights", "params");

    /** The weights may be wrapped several times. */
    private static final int MAX_DEPTH = 32;

    /** Values that are looked at for each byte of the pickle: it may name one dictionary in many places. */
    private static final int VISITS_PER_BYTE = 16;

    private static final String SCRIPT = "constants.pkl";

    private final Origin origin;
    private final TorchStorages storages;
    private final List<Tensor> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private long visitsLeft;

    private TorchReader(Origin origin, TorchStorages storages, long pickleBytes) {
        this.origin = origin;
        this.storages = storages;
        this.visitsLeft = VISITS_PER_BYTE * pickleBytes;
    }

    static TensorFormat.Contents read(MemorySegment file, Origin origin, Arena arena) {
        ZipArchive archive = ZipArchive.of(file, origin, ZipBudget.ofProperty(), arena);
        if (archive.names().stream().anyMatch(name -> name.equals(SCRIPT) || name.endsWith("/" + SCRIPT))) {
            RefusedArchive.refuse(archive.names(), origin);
        }
        Map<String, ZipMember> members = new HashMap<>();
        archive.members().forEach(member -> members.put(member.name(), member));
        String name = archive.names().stream().filter(TorchReader::isPickle).findFirst().orElse("");
        ZipMember pickle = members.get(name);
        if (pickle == null) {
            throw origin.damaged("it begins like a file of torch.save, but has no " + PICKLE);
        }
        String folder = name.substring(0, name.length() - PICKLE.length());
        MemorySegment bytes = pickle.content();
        TorchStorages storages = new TorchStorages(members, folder, origin, arena);
        return new TorchReader(origin, storages, bytes.byteSize()).contents(PickleReader.read(bytes, origin));
    }

    /** Whether a member is the pickle that the archive is about. */
    static boolean isPickle(String member) {
        return member.equals(PICKLE) || member.endsWith("/" + PICKLE);
    }

    private TensorFormat.Contents contents(Pickled root) {
        if (root instanceof View view) {
            return TensorFormat.Contents.of(List.of(storages.tensor(null, view)));
        }
        List<String> notes = new ArrayList<>();
        Pickled weights = weights(root, notes);
        add("", weights, 0);
        if (tensors.isEmpty()) {
            throw origin.problem("it holds no tensor in a dictionary or a list", PickleCalls.SAVE_TENSORS);
        }
        return new TensorFormat.Contents(Map.of(), List.copyOf(tensors), notes);
    }

    /** The dictionary of the weights, or the whole if none is named so. */
    private Pickled weights(Pickled root, List<String> notes) {
        Pickled found = root;
        StringBuilder path = new StringBuilder();
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            String name = found instanceof Entries entries ? nameOfWeights(entries) : "";
            if (name.isEmpty() || !(found instanceof Entries entries)) {
                break;
            }
            found = entries.values().getOrDefault(new Text(name), found);
            path.append(path.isEmpty() ? "" : ".").append(name);
        }
        if (!path.isEmpty()) {
            notes.add("the tensors are those of '" + path + "'; the rest of the file is left out");
        }
        return found;
    }

    private String nameOfWeights(Entries entries) {
        for (String name : WEIGHTS) {
            if (entries.values().get(new Text(name)) instanceof Entries nested && holdsTensors(nested, 0)) {
                return name;
            }
        }
        return "";
    }

    private boolean holdsTensors(Pickled value, int depth) {
        visit();
        return switch (value) {
            case View _ -> true;
            case Entries entries when depth < MAX_DEPTH -> entries.values().values().stream()
                    .anyMatch(nested -> holdsTensors(nested, depth + 1));
            default -> false;
        };
    }

    private void visit() {
        if (visitsLeft-- == 0) {
            throw origin.damaged("its pickle names the same values again and again");
        }
    }

    /** Adds the tensors of a value, under names that are joined by dots. */
    private void add(String name, Pickled value, int depth) {
        visit();
        if (depth > MAX_DEPTH) {
            throw origin
                    .damaged("its pickle nests dictionaries more than " + MAX_DEPTH + " deep, or within themselves");
        }
        switch (value) {
            case View view -> add(name, view);
            case Entries entries ->
                entries.values().forEach((key, nested) -> add(joined(name, key), nested, depth + 1));
            case Items items -> {
                for (int index = 0; index < items.size(); index++) {
                    add(joined(name, new Whole(index)), items.values().get(index), depth + 1);
                }
            }
            default -> {
                // Numbers, texts and the like.
            }
        }
    }

    private void add(String name, View view) {
        if (!names.add(name)) {
            throw origin.damaged("the tensor '" + Names.printable(name) + "' occurs twice");
        }
        if (tensors.size() == SafetensorsReader.MAX_TENSORS) {
            throw origin.damaged("it has more than " + SafetensorsReader.MAX_TENSORS + " tensors");
        }
        tensors.add(storages.tensor(name, view));
    }

    private static String joined(String name, Pickled key) {
        String last = switch (key) {
            case Text(String text) -> text;
            case Whole(long number) -> String.valueOf(number);
            default -> "";
        };
        return name.isEmpty() ? last : name + "." + last;
    }
}
