import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the kernels in F32 from those in F64, so that both have one source. {@code F64Name.java} is a class like any other;
 * its twin {@code F32Name.java} is the same text with three words replaced. What the two must do differently they call by one
 * name, overloaded for arrays of {@code double} and of {@code float}, in a class that both use.
 *
 * <p>Run as a source file, with the folder of the sources, and that of the twins, which holds nothing else.
 */
final class KernelTwins {

    private static final String TEMPLATE = "F64";

    private KernelTwins() {}

    public static void main(String[] args) throws IOException {
        Path sources = Path.of(args[0]);
        Path twins = Files.createDirectories(Path.of(args[1]));
        List<Path> made = new ArrayList<>();
        for (Path template : files(sources)) {
            if (template.getFileName().toString().startsWith(TEMPLATE)) {
                Path twin = twins.resolve(inSinglePrecision(sources.relativize(template).toString()));
                write(twin, "// Made by KernelTwins from " + template.getFileName() + ": change that file.\n"
                        + inSinglePrecision(Files.readString(template)));
                made.add(twin);
            }
        }
        for (Path twin : files(twins)) {
            if (!made.contains(twin)) {
                Files.delete(twin);
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String inSinglePrecision(String text) {
        return text.replace(TEMPLATE, "F32").replace("Double", "Float").replace("double", "float");
    }

    /** A file that stays as it is keeps its time: javac then has nothing to do. */
    private static void write(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
    }
}
