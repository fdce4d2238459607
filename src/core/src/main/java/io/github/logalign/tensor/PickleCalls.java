package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Pickled.Entries;
import io.github.logalign.tensor.Pickled.Global;
import io.github.logalign.tensor.Pickled.Items;
import io.github.logalign.tensor.Pickled.Other;
import io.github.logalign.tensor.Pickled.Storage;
import io.github.logalign.tensor.Pickled.Text;
import io.github.logalign.tensor.Pickled.View;
import io.github.logalign.tensor.Pickled.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the calls in a pickle of torch.save make: a list of names with what they mean. Nothing is called; a name that is not in
 * the list is refused as soon as it appears.
 *
 * <p>Source: PyTorch's torch/_utils.py and torch/serialization.py.
 */
final class PickleCalls {

    static final String SAVE_TENSORS = "save a dictionary of tensors: torch.save(model.state_dict(), ...)";

    private static final String TENSOR_V3 = "torch._utils._rebuild_tensor_v3";
    private static final String OF_TYPE = "torch._tensor._rebuild_from_type_v2";
    private static final String SIZE = "torch.Size";

    private static final Set<String> MAKE_TENSORS = Set.of(
            "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", TENSOR_V3);

    /** What wraps a tensor, its first argument. */
    private static final Set<String> WRAPPERS = Set.of(
            "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state");

    private static final Set<String> DICTIONARIES = Set.of("collections.OrderedDict", "builtins.dict");

    /** What makes values that no tensor is read from. */
    private static final Set<String> OTHERS = Set.of(
            "torch.device", "torch.serialization._get_layout", "_codecs.encode", "builtins.set", "__builtin__.set",
            "builtins.bytearray", "builtins.complex");

    /** Types, which stand as arguments and are not called. */
    private static final Set<String> TYPES = Set.of(
            "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer");

    private static final String TORCH = "torch";
    private static final String STORAGE_SUFFIX = "Storage";

    private static final int OFFSET = 1;
    private static final int SIZES = 2;
    private static final int STRIDES = 3;
    private static final int TYPE_OF_V3 = 6;

    private final Origin origin;

    PickleCalls(Origin origin) {
        this.origin = origin;
    }

    /** A name, if it is in the list. */
    Global named(Global global) {
        String name = global.toString();
        boolean known = MAKE_TENSORS.contains(name) || name.equals(OF_TYPE) || name.equals(SIZE)
                || WRAPPERS.contains(name)
                || DICTIONARIES.contains(name) || OTHERS.contains(name) || TYPES.contains(name)
                || isStorage(global) || isDataType(global);
        if (!known) {
            throw origin.problem("its pickle names " + Names.printable(name)
                    + ", and what is not a dictionary of tensors is not read, since it could run any code",
                    SAVE_TENSORS);
        }
        return global;
    }

    private static boolean isStorage(Global global) {
        return global.name().endsWith(STORAGE_SUFFIX) && (global.module().equals(TORCH)
                || global.module().equals("torch.storage") || global.module().equals("torch.cuda"));
    }

    private static boolean isDataType(Global global) {
        return global.module().equals(TORCH) && TorchTypes.named(global.name()) != null;
    }

    /**
     * What a call makes.
     *
     * @param called what is called
     * @param given its arguments
     */
    Pickled made(Pickled called, Pickled given) {
        if (!(called instanceof Global global) || !(given instanceof Items items)) {
            throw damaged("calls what is no name, or without a list of arguments");
        }
        String name = global.toString();
        if (DICTIONARIES.contains(name)) {
            return dictionary(items);
        }
        if (name.equals(SIZE)) {
            return argument(items, 0);
        }
        if (OTHERS.contains(name)) {
            return Other.VALUE;
        }
        if (WRAPPERS.contains(name)) {
            return argument(items, 0) instanceof View view ? view : Other.VALUE;
        }
        if (name.equals(OF_TYPE) && argument(items, 0) instanceof Global makes
                && argument(items, 2) instanceof Items arguments && MAKE_TENSORS.contains(makes.toString())) {
            return tensor(arguments, makes.toString().equals(TENSOR_V3));
        }
        if (MAKE_TENSORS.contains(name)) {
            return tensor(items, name.equals(TENSOR_V3));
        }
        throw damaged("calls " + Names.printable(name) + ", which is nothing to be called");
    }

    private Pickled dictionary(Items pairs) {
        Entries entries = new Entries();
        if (pairs.size() > 0) {
            if (!(argument(pairs, 0) instanceof Items list)) {
                throw damaged("makes a dictionary of what is no list");
            }
            for (Pickled pair : list.values()) {
                if (!(pair instanceof Items items) || items.size() != 2) {
                    throw damaged("makes a dictionary of what are no pairs");
                }
                entries.put(items.values().get(0), items.values().get(1));
            }
        }
        return entries;
    }

    private View tensor(Items arguments, boolean typed) {
        if (!(argument(arguments, 0) instanceof Storage storage)
                || !(argument(arguments, OFFSET) instanceof Whole(long offset))) {
            throw damaged("makes a tensor of what is no storage");
        }
        String type = "";
        if (typed) {
            if (!(argument(arguments, TYPE_OF_V3) instanceof Global global) || !isDataType(global)) {
                throw damaged("makes a tensor of an unknown type");
            }
            type = global.name();
        }
        return new View(storage, type, offset, numbers(argument(arguments, SIZES)),
                numbers(argument(arguments, STRIDES)));
    }

    private List<Long> numbers(Pickled list) {
        if (!(list instanceof Items items) || items.size() > Shapes.MAX_DIMENSIONS) {
            throw damaged("gives a tensor a shape that is no short list");
        }
        List<Long> numbers = new ArrayList<>();
        for (Pickled value : items.values()) {
            if (!(value instanceof Whole(long number)) || number < 0) {
                throw damaged("gives a tensor a shape of what are no natural numbers");
            }
            numbers.add(number);
        }
        return numbers;
    }

    private Pickled argument(Items arguments, int index) {
        if (index >= arguments.size()) {
            throw damaged("calls something with " + arguments.size() + " arguments");
        }
        return arguments.values().get(index);
    }

    /** A value that is given a state: attributes of dictionaries and tensors, which nothing here needs. */
    Pickled withState(Pickled value) {
        if (value instanceof Entries || value instanceof View || value == Other.VALUE) {
            return value;
        }
        throw damaged("gives a state to what has none");
    }

    /** What is stored outside: {@code ("storage", type, key, location, elements)}. */
    Storage storage(Pickled id) {
        if (id instanceof Items items && items.size() == 5
                && items.values().get(0).equals(new Text("storage"))
                && items.values().get(1) instanceof Global type && isStorage(type)
                && items.values().get(2) instanceof Text(String key)
                && items.values().get(4) instanceof Whole(long elements) && elements >= 0) {
            return new Storage(type.name(), key, elements);
        }
        throw damaged("refers to something outside that is no storage");
    }

    private LogalignException damaged(String what) {
        return origin.damaged("its pickle " + what);
    }
}
