import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Gives classes of the packaged command's libraries that are older than Java 6 what later ones have: stack maps. Without them
 * the JVM does not archive a class, and verifies it anew, slowly, at every start. Nothing else in them changes.
 *
 * <p>Run as a source file, with the folder of the libraries.
 */
final class ArchivableClasses {

    private static final String CLASS = ".class";

    private ArchivableClasses() {}

    public static void main(String[] args) throws IOException {
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
        for (Path jar : jars) {
            try (JarFile classes = new JarFile(jar.toFile())) {
                if (!hasOld(classes)) {
                    continue;
                }
                Path renewed = jar.resolveSibling(jar.getFileName() + ".renewed");
                renew(classes, renewed);
                FileTime time = Files.getLastModifiedTime(jar);
                Files.move(renewed, jar, StandardCopyOption.REPLACE_EXISTING);
                Files.setLastModifiedTime(jar, time);
            }
        }
    }

    private static boolean hasOld(JarFile classes) throws IOException {
        for (JarEntry entry : classes.stream().toList()) {
            if (entry.getName().endsWith(CLASS) && isOld(content(classes, entry))) {
                return true;
            }
        }
        return false;
    }

    private static void renew(JarFile classes, Path renewed) throws IOException {
        try (OutputStream file = Files.newOutputStream(renewed);
                JarOutputStream out = new JarOutputStream(file)) {
            for (JarEntry entry : classes.stream().toList()) {
                byte[] content = content(classes, entry);
                if (entry.getName().endsWith(CLASS) && isOld(content)) {
                    content = withStackMaps(content, classes);
                }
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                out.write(content);
                out.closeEntry();
            }
        }
    }

    private static byte[] content(JarFile classes, JarEntry entry) throws IOException {
        try (InputStream in = classes.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static boolean isOld(byte[] content) {
        return ClassFile.of().parse(content).majorVersion() < ClassFile.JAVA_6_VERSION;
    }

    private static byte[] withStackMaps(byte[] content, JarFile classes) {
        ClassFile format = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(hierarchy(classes)));
        ClassModel old = format.parse(content);
        // Code that is not rebuilt would be copied as it is, without maps.
        return format.transformClass(old, ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                .andThen((builder, element) -> {
                    if (element instanceof ClassFileVersion) {
                        builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                    } else {
                        builder.with(element);
                    }
                }));
    }

    /** The jar's own classes, and the JDK's. */
    private static ClassHierarchyResolver hierarchy(JarFile classes) {
        return ClassHierarchyResolver.ofResourceParsing((ClassDesc name) -> {
            String descriptor = name.descriptorString();
            JarEntry entry = classes.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + CLASS);
            try {
                return entry == null ? null : classes.getInputStream(entry);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }).orElse(ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader()));
    }
}
