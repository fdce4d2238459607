import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the sources of the kernels that are not written by hand, so that each kernel has one source. The kernels in F32 come
 * from those in F64: {@code F64Name.java} is a class like any other; its twin {@code F32Name.java} is the same text with
 * three words replaced. Where the two must differ, they call methods of one name, overloaded for arrays of {@code double} and
 * of {@code float}, in a class that both use. The innermost loops, {@code F64Tiles.java}, come from {@link TileKernels}.
 *
 * <p>Run as a source file, with the folder of the sources, and that of the generated ones, which holds nothing else.
 */
final class KernelSources {

    private static final String TEMPLATE = "F64";

    private final Path target;
    private final List<Path> written = new ArrayList<>();

    private KernelSources(Path target) {
        this.target = target;
    }

    public static void main(String[] args) throws IOException {
        Path sources = Path.of(args[0]);
        KernelSources kernels = new KernelSources(Files.createDirectories(Path.of(args[1])));
        for (Path template : files(sources)) {
            if (template.getFileName().toString().startsWith(TEMPLATE)) {
                kernels.writeTwin(sources.relativize(template).toString(), Files.readString(template),
                        template.getFileName().toString());
            }
        }
        kernels.write(TileKernels.PATH, TileKernels.code(), "TileKernels.java");
        kernels.writeTwin(TileKernels.PATH, TileKernels.code(), "TileKernels.java");
        kernels.deleteOthers();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private void writeTwin(String path, String text, String origin) throws IOException {
        write(inSinglePrecision(path), inSinglePrecision(text), origin);
    }

    private static String inSinglePrecision(String text) {
        return text.replace(TEMPLATE, "F32").replace("Double", "Float").replace("double", "float");
    }

    /** A file whose text is unchanged keeps its time, so that javac has nothing to do. */
    private void write(String path, String text, String origin) throws IOException {
        Path file = target.resolve(path);
        String marked = "// Generated from " + origin + ": change that file.\n" + text;
        if (!Files.exists(file) || !Files.readString(file).equals(marked)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, marked);
        }
        written.add(file);
    }

    private void deleteOthers() throws IOException {
        for (Path file : files(target)) {
            if (!written.contains(file)) {
                Files.delete(file);
            }
        }
    }
}
