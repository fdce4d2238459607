package nested;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Starts a program whose classes and libraries lie in one jar, the libraries as jars within it, as Spring Boot lays them out. */
final class Launcher extends ClassLoader {

    private static final String CLASSES = "BOOT-INF/classes/";
    private static final String LIBRARIES = "BOOT-INF/lib/";

    private final Map<String, byte[]> entries = new HashMap<>();

    private Launcher(Path jar) throws IOException {
        super(ClassLoader.getPlatformClassLoader());
        try (ZipInputStream outer = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = outer.getNextEntry(); entry != null; entry = outer.getNextEntry()) {
                if (entry.getName().startsWith(LIBRARIES) && entry.getName().endsWith(".jar")) {
                    read(new ZipInputStream(new ByteArrayInputStream(outer.readAllBytes())));
                } else if (entry.getName().startsWith(CLASSES)) {
                    entries.put(entry.getName().substring(CLASSES.length()), outer.readAllBytes());
                }
            }
        }
    }

    private void read(ZipInputStream inner) throws IOException {
        for (ZipEntry entry = inner.getNextEntry(); entry != null; entry = inner.getNextEntry()) {
            entries.putIfAbsent(entry.getName(), inner.readAllBytes());
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = entries.get(name.replace('.', '/') + ".class");
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    protected URL findResource(String name) {
        byte[] bytes = entries.get(name);
        try {
            return bytes == null ? null : URL.of(URI.create("nested:/" + name), new Handler(bytes));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static final class Handler extends URLStreamHandler {

        private final byte[] bytes;

        Handler(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() {
                    return new ByteArrayInputStream(bytes);
                }
            };
        }
    }

    public static void main(String[] args) throws Exception {
        Class<?> program = new Launcher(Path.of(args[0])).loadClass(args[1]);
        Method main = program.getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        main.invoke(null, (Object) new String[0]);
    }
}
