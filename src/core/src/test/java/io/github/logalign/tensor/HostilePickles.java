package io.github.logalign.tensor;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Files of torch.save whose pickles would run code, or take all time and memory, if they were run. */
final class HostilePickles {

    private static final String NOT_READ = "what is not a dictionary of tensors is not read";
    private static final String INSTRUCTION = "which dictionaries of tensors do not need";

    /** What attackers call. */
    private static final List<String> CALLED = List.of("os.system", "posix.system", "nt.system", "os.popen", "os.execv",
            "subprocess.Popen", "subprocess.check_output", "builtins.eval", "builtins.exec", "builtins.compile",
            "builtins.getattr", "builtins.setattr", "builtins.__import__", "builtins.open", "__builtin__.eval",
            "__builtin__.execfile", "importlib.import_module", "runpy.run_path", "runpy._run_code", "pty.spawn",
            "socket.create_connection", "webbrowser.open", "urllib.request.urlopen", "pickle.loads", "pickle.Unpickler",
            "_pickle.loads", "torch.load", "torch.hub.load", "torch.jit.load", "torch.utils.cpp_extension.load",
            "torch.storage._load_from_bytes", "torch._utils._import_dotted_name", "numpy.core.multiarray.scalar",
            "numpy.load", "marshal.loads", "types.FunctionType", "types.CodeType", "operator.attrgetter",
            "operator.methodcaller", "functools.partial", "copyreg._reconstructor", "ctypes.CDLL", "shutil.rmtree",
            "code.interact", "timeit.timeit", "asyncio.run", "bdb.Bdb.run", "__main__.Model", "argparse.Namespace",
            "collections.OrderedDict.__init__", "torch.Storage.__class__", "torch..FloatStorage");

    private final List<HostileFiles.Case> cases = new ArrayList<>();

    private HostilePickles() {}

    static List<HostileFiles.Case> all() {
        HostilePickles all = new HostilePickles();
        CALLED.forEach(all::calls);
        all.instructions();
        all.misuses();
        all.bombs();
        all.lengths();
        return all.cases;
    }

    private void add(String name, String expected, Consumer<PickleBytes> pickle) {
        cases.add(new HostileFiles.Case("pickle " + name, folder -> {
            PickleBytes bytes = PickleBytes.protocol(2);
            pickle.accept(bytes);
            return Files.write(folder.resolve("model.pt"),
                    TorchBytes.file(bytes.toBytes(), Map.of("0", TestBytes.f32(1, 2, 3, 4, 5, 6))));
        }, expected));
    }

    /** A call at the end, and one within a dictionary by a name from the stack. */
    private void calls(String called) {
        int dot = called.lastIndexOf('.');
        String module = called.substring(0, dot);
        String name = called.substring(dot + 1);
        add("calls " + called, NOT_READ, pickle -> pickle.global(module, name).text("x").code(0x85).code("R."));
        add("hides " + called, NOT_READ, pickle -> pickle.code("}").text("w").text(module).text(name).code(0x93)
                .code(")").code(0x81).code("}bs."));
    }

    private void instructions() {
        Map.of("INST", "(X\1\0\0\0xios\nsystem\n", "OBJ", "(o", "EXT1", "\u0082\1", "EXT4", "\u0084\1\0\0\0", "PERSID",
                "Pkey\n", "INT", "I1\n", "STRING", "S'x'\n", "PUT", "Np0\n", "UNICODE", "Vx\n", "NEWOBJ_EX",
                "}}}\u0092")
                .forEach((name, code) -> add("instruction " + name, INSTRUCTION,
                        pickle -> pickle.code(code).code(".")));
    }

    private void misuses() {
        add("calls a text", "calls what is no name", pickle -> pickle.text("os.system").code(")R."));
        add("calls a tensor", "calls what is no name",
                pickle -> tensor(pickle).code(")R."));
        add("calls a storage type", "which is nothing to be called",
                pickle -> pickle.global("torch", "FloatStorage").code(")R."));
        add("calls without arguments", "with 0 arguments",
                pickle -> pickle.global("torch._utils", "_rebuild_tensor_v2").code(")R."));
        add("gives a state to a name", "gives a state to what has none",
                pickle -> pickle.global("torch", "FloatStorage").code("}b."));
        add("a tensor of no storage", "of what is no storage",
                pickle -> pickle.global("torch._utils", "_rebuild_tensor_v2").code("(NNNNt").code("R."));
        add("a reference to a module", "no storage", pickle -> pickle.code("(").text("module").text("x").code("tQ."));
        add("a negative size", "no natural numbers",
                pickle -> pickle.tensor("FloatStorage", "0", 6, 0, new long[]{-1, 3}, new long[]{3, 1}).code("."));
        add("a negative storage", "no storage",
                pickle -> pickle.tensor("FloatStorage", "0", -6, 0, new long[]{2, 3}, new long[]{3, 1}).code("."));
        add("65 dimensions", "no short list",
                pickle -> pickle.tensor("FloatStorage", "0", 6, 0, new long[65], new long[65]).code("."));
        add("a storage elsewhere", "is missing", pickle -> pickle.tensor(
                "FloatStorage", "../../../etc/passwd", 6, 0, new long[]{2, 3}, new long[]{3, 1}).code("."));
        add("a negative offset", "reaches beyond", pickle -> pickle.tensor(
                "FloatStorage", "0", 6, 1L << 40, new long[]{2, 3}, new long[]{3, 1}).code("."));
        add("one name twice", "occurs twice", pickle -> {
            tensor(pickle.code("}(").text("a.b"));
            tensor(pickle.text("a").code("}").text("b")).code("su.");
        });
        add("no tensor", "it holds no tensor", pickle -> pickle.code("}").text("a").whole(1).code("s."));
        add("entries of a list", "what is no dictionary", pickle -> pickle.code("]").whole(1).whole(2).code("s."));
        add("an odd entry", "what is no dictionary", pickle -> pickle.code("}(").whole(1).code("u."));
        add("items of a dictionary", "what is no list", pickle -> pickle.code("}").whole(1).code("a."));
        add("a mark that is not there", "has not begun", pickle -> pickle.code("t."));
        add("nothing to take", "takes more values", pickle -> pickle.code("0."));
        add("values below a mark", "takes more values", pickle -> pickle.code("}}(").code("s."));
        add("nothing at the end", "takes more values", pickle -> pickle.code("."));
        add("more at the end", "leaves values behind", pickle -> pickle.code("NN."));
        add("what was not remembered", "not remembered", pickle -> pickle.code('h', 3).code("."));
        add("nothing", "is truncated", pickle -> {});
        add("another protocol in between", INSTRUCTION, pickle -> pickle.code(0x80, 2).code("N."));
    }

    private static PickleBytes tensor(PickleBytes pickle) {
        return pickle.tensor("FloatStorage", "0", 6, 0, new long[]{2, 3}, new long[]{3, 1});
    }

    private void bombs() {
        add("a dictionary within itself", "within themselves", pickle -> {
            tensor(pickle.code("}").code('q', 1).text("t")).code("s");
            pickle.text("me").code('h', 1).code("s.");
        });
        add("a list within itself", "within themselves",
                pickle -> tensor(pickle.code("]").code('q', 1).code('h', 1).code("a")).code("a."));
        add("a model within itself", "within themselves", pickle -> {
            pickle.code("}").code('q', 1).text("model").code('h', 1).code("s");
            tensor(pickle.text("z")).code("s.");
        });
        add("a tensor a billion times", "again and again", pickle -> {
            tensor(pickle.code("]"));
            pickle.code("a");
            for (int level = 0; level < 30; level++) {
                pickle.code('q', level).code("0](").code('h', level).code('h', level).code("e");
            }
            pickle.code(".");
        });
        add("dictionaries a billion times", "again and again", pickle -> {
            pickle.code("}");
            for (int level = 0; level < 30; level++) {
                pickle.code('q', level).code("0}(").text("a").code('h', level).text("b").code('h', level).code("u");
            }
            pickle.code('q', 99).code("0}(").text("model").code('h', 99).text("z");
            tensor(pickle).code("u.");
        });
        add("a deep nest", "within themselves", pickle -> {
            for (int level = 0; level < 1000; level++) {
                pickle.code("}").text("a");
            }
            tensor(pickle);
            for (int level = 0; level < 1000; level++) {
                pickle.code("s");
            }
            pickle.code(".");
        });
        add("a call that wraps itself", "which is nothing to be called", pickle -> pickle
                .global("torch._tensor", "_rebuild_from_type_v2").code('q', 1).code("](").code('h', 1).code("NNe")
                .code('q', 2).code("R."));
        add("many values", "values", pickle -> pickle.code("]".repeat((1 << 20) + 1)));
        add("many values that are dropped", "makes more than", pickle -> pickle.code("]0".repeat((1 << 22) + 1)));
    }

    private void lengths() {
        add("a huge text", "is truncated", pickle -> pickle.code("X").little(Integer.MAX_VALUE).code("."));
        add("a huge text of 64 bits", "2^63", pickle -> pickle.code(0x8d).code(255, 255, 255, 255, 255, 255, 255, 255));
        add("huge bytes", "is truncated", pickle -> pickle.code("B").little(-1).code("."));
        add("a huge frame", "is truncated", pickle -> pickle.code(0x95).little(-1).little(0).code("."));
        add("a huge integer", "is truncated", pickle -> pickle.code(0x8a, 255).code("."));
        add("a name without an end", "is truncated", pickle -> pickle.code("cos"));
        add("a long name", "more than 1000 characters", pickle -> pickle.global("a".repeat(2000), "b").code("."));
        add("a text of half a character", "not UTF-8", pickle -> pickle.code("X").little(1).code(0xC3).code("."));
        add("no end", "is truncated", pickle -> pickle.code("}"));
    }
}
